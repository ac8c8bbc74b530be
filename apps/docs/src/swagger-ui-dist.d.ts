declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  /** The options used here; the full list is in the renderer's own documentation. */
  export default function SwaggerUIBundle(options: {
    url: string;
    domNode: Element;
    deepLinking: boolean;
    docExpansion: "list" | "none" | "full";
    defaultModelsExpandDepth: number;
    tryItOutEnabled: boolean;
    validatorUrl: null;
  }): void;
}
