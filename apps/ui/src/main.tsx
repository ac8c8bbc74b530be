import "./style/index.css";
import { render } from "preact";
import { App } from "./app.js";
import { readLaunch } from "./launch.js";

const root = document.getElementById("widget_container");
if (root) render(<App launch={readLaunch()} />, root);
