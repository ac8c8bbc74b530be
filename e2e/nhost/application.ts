import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import type { Server, Tenant } from "../support/server.js";
import { sdk, type Line } from "./sdk.js";

const PAGE = `<!doctype html><meta charset="utf-8"><title>An application</title>
<script src="/sdk.js"></script>`;

/** Someone else's application: its own origin, its own tenant, the published SDK of one line. */
export class Application {
  private constructor(
    readonly server: Server,
    readonly tenant: Tenant,
    readonly origin: string,
    private readonly line: Line,
    private readonly http: HttpServer,
  ) {}

  static async start(server: Server, line: Line, settings: object): Promise<Application> {
    const script = await sdk(line);
    const http = createServer((request, response) => {
      const isScript = request.url === "/sdk.js";
      response.writeHead(200, { "Content-Type": isScript ? "text/javascript" : "text/html" });
      response.end(isScript ? script : PAGE);
    });
    await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
    const origin = `http://localhost:${(http.address() as AddressInfo).port}`;
    const tenant = await server.createTenant("An application", "localhost", [origin]);
    const application = new Application(server, tenant, origin, line, http);
    await application.settings({ clientUrl: origin, ...settings });
    return application;
  }

  /** Base of the Nhost door of this tenant. */
  get base(): string {
    return `${this.server.url}/t/${this.tenant.tenantId}`;
  }

  /** Opens a page of the application with the SDK ready as `nhost`. */
  async open(page: Page, path = "/"): Promise<void> {
    await page.goto(`${this.origin}${path}`);
    await this.ready(page);
  }

  /** Makes the SDK's client in a page that is open. */
  async ready(page: Page): Promise<void> {
    await page.evaluate(
      ([line, base]) => {
        const global = window as unknown as Record<string, any>;
        const [authUrl, graphqlUrl] = [`${base}/auth/v1`, `${base}/graphql/v1`];
        const others = { storageUrl: `${base}/storage/v1`, functionsUrl: `${base}/functions/v1` };
        global["nhost"] =
          line === "4"
            ? global["NhostJs"].createClient({ authUrl, graphqlUrl, ...others })
            : new global["NhostJs"].NhostClient({ authUrl, graphqlUrl, ...others });
      },
      [this.line, this.base] as const,
    );
  }

  /** Sets the tenant up, as its administrator does. */
  async settings(settings: object): Promise<void> {
    const { tenantId } = this.tenant;
    await this.server.command("tenant", "update", "--tenant", tenantId, "--settings", JSON.stringify(settings));
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((done) => this.http.close(done));
  }
}

/** Calls a method of the 2.x or 3.x client in the page: `call(page, "auth.signUp", { email })`. What it throws comes back as `thrown`. */
export async function call(page: Page, path: string, ...parameters: unknown[]): Promise<any> {
  return page.evaluate(
    async ([path, parameters]) => {
      let [owner, target] = [undefined as any, (window as unknown as Record<string, any>)["nhost"]];
      for (const name of path.split(".")) [owner, target] = [target, target[name]];
      try {
        return JSON.parse(JSON.stringify((await target.apply(owner, parameters)) ?? null));
      } catch (error) {
        return { thrown: String(error) };
      }
    },
    [path, parameters] as const,
  );
}
