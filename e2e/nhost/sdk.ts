import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build, type Rolldown } from "vite";

/** The lines of the SDK that apps are written against. */
export type Line = "2" | "3" | "4";

const MODULES: Record<Line, string> = { 2: "index.esm.js", 3: "index.esm.js", 4: "nhost-js.js" };
const made = new Map<Line, Promise<string>>();

/**
 * `@nhost/nhost-js` for a script element, as an app's bundler makes it of the modules that npm published and package-lock.json holds
 * the checksums of: nothing of it is patched. It is there as `NhostJs`.
 */
export function sdk(line: Line): Promise<string> {
  const script = made.get(line) ?? bundled(line);
  made.set(line, script);
  return script;
}

async function bundled(line: Line): Promise<string> {
  const folder = dirname(createRequire(import.meta.url).resolve(`nhost-js-${line}`));
  const built = await build({
    configFile: false,
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"production"' },
    build: { write: false, lib: { entry: join(folder, MODULES[line]), formats: ["iife"], name: "NhostJs" } },
  });
  return (built as Rolldown.RolldownOutput[])[0]!.output[0].code;
}
