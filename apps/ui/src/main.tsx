import "./style/index.css";
import { render } from "preact";
import { App } from "./app.js";
import { Flow, type Screen } from "./flow.js";
import { readLaunch } from "./launch.js";

// A page that comes back from the browser's memory is as old as it was when the user left: it begins again.
addEventListener("pageshow", (event) => event.persisted && location.reload());

const root = document.getElementById("widget_container");

/** The page that a token was given for. */
function open(into: HTMLElement): void {
  const launch = readLaunch();
  render(<App begin={launch && ((show: (screen: Screen) => void) => new Flow(launch, show))} />, into);
}

if (root && location.pathname === "/ui/preview") {
  void import("./preview/index.js").then(({ openPreview }) => openPreview(root));
} else if (root) {
  open(root);
}
