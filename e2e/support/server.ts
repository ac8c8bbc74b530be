import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const BINARY = resolve(import.meta.dirname, "../..", process.env["COUNTERSIGN_BIN"] ?? "target/debug/countersign");
const START_LIMIT_MS = 15_000;

/** A tenant as `countersign tenant create` prints it. */
export interface Tenant {
  tenantId: string;
  clientId: string;
  apiSecretKey: string;
  managementKey: string;
}

/** How a server is started that is not for development. */
export interface Real {
  host: string;
  environment: NodeJS.ProcessEnv;
}

/** The real program, on a free port, with its data in a temporary folder. */
export class Server {
  private process: ChildProcess | undefined;
  private readonly output: string[] = [];

  private constructor(
    readonly url: string,
    private readonly port: number,
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly words: string[],
  ) {}

  /** Base of both APIs. */
  get apiUrl(): string {
    return `${this.url}/v1`;
  }

  /** Starts in development mode; `real` makes it one that listens and sends as it would for users. */
  static async start(real?: Real): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "countersign-e2e-"));
    const port = await freePort();
    const url = real ? `https://${real.host}:${port}` : `http://localhost:${port}`;
    const environment = {
      ...process.env,
      COUNTERSIGN_SERVER__LISTEN: `127.0.0.1:${port}`,
      COUNTERSIGN_SERVER__PUBLIC_URL: url,
      COUNTERSIGN_DATABASE__URL: `sqlite://${join(folder, "countersign.db")}`,
      COUNTERSIGN_SECRETS__KEYS_FILE: join(folder, "keys.json"),
      ...real?.environment,
    };
    const server = new Server(url, port, folder, environment, real ? ["serve"] : ["serve", "--dev"]);
    await server.run();
    return server;
  }

  /** Stops the program and starts it again on the same data. */
  async restart(): Promise<void> {
    await this.end();
    await this.run();
  }

  /** Makes a tenant while the server runs. */
  async createTenant(name: string, rpId: string, origins: string[]): Promise<Tenant> {
    const flags = origins.flatMap((origin) => ["--origin", origin]);
    const printed = await this.command("tenant", "create", "--name", name, "--rp-id", rpId, ...flags, "--json");
    return JSON.parse(printed) as Tenant;
  }

  /** Runs a command of the program beside the server, on the same data. */
  async command(...words: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(BINARY, words, { cwd: this.folder, env: this.environment });
    return stdout;
  }

  /** Moves the server's clock, and gives what it shows then: milliseconds since 1970. It is not moved back by itself. */
  async advance(seconds: number): Promise<number> {
    const answer = await fetch(`${this.url}/dev/clock`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ advanceSeconds: seconds }),
    });
    return Date.parse(((await answer.json()) as { now: string }).now);
  }

  async stop(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async run(): Promise<void> {
    const child = spawn(BINARY, this.words, {
      cwd: this.folder,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (data: Buffer) => this.output.push(data.toString()));
    child.stderr.on("data", (data: Buffer) => this.output.push(data.toString()));
    child.on("error", (error) => this.output.push(String(error)));
    this.process = child;

    const deadline = Date.now() + START_LIMIT_MS;
    while (Date.now() < deadline && child.exitCode === null) {
      if (await this.isReady()) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`${BINARY} ${this.words.join(" ")} did not become ready:\n${this.output.join("")}`);
  }

  private isReady(): Promise<boolean> {
    const { get } = this.url.startsWith("https:") ? https : http;
    return new Promise((done) => {
      const options = { host: "127.0.0.1", port: this.port, path: "/readyz", rejectUnauthorized: false, agent: false };
      get(options, (answer) => {
        answer.resume();
        done(answer.statusCode === 200);
      }).on("error", () => done(false));
    });
  }

  private async end(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await ended;
  }
}

/** A port of this machine that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? done(address.port) : fail(new Error("no port"))));
    });
  });
}
