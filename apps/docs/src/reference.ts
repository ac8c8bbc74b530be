import SwaggerUIBundle from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import "./reference.css";

// The renderer's own dark theme hangs on this class.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = (): void => void document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

const domNode = document.getElementById("reference");
const url = domNode?.dataset["schema"];
if (domNode && url) {
  SwaggerUIBundle({
    url,
    domNode,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: false,
    // The default would send the schema's address to a validator on another host.
    validatorUrl: null,
  });
}
