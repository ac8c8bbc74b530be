import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { SDK } from "../support/sdk.js";
import type { Server, Tenant } from "../support/server.js";

const PAGE = `<!doctype html><meta charset="utf-8"><title>An application</title>
<label>User name <input id="username" autocomplete="username webauthn"></label>
<script src="/sdk.js"></script>`;

/** Someone else's application: its own origin, its own tenant, the published SDK. */
export class Application {
  private constructor(
    readonly server: Server,
    readonly tenant: Tenant,
    readonly origin: string,
    private readonly http: HttpServer,
  ) {}

  static async start(server: Server, options: { rpId?: string; listed?: boolean } = {}): Promise<Application> {
    const http = createServer((request, response) => {
      const sdk = request.url === "/sdk.js";
      response.writeHead(200, { "Content-Type": sdk ? "text/javascript" : "text/html" });
      response.end(sdk ? SDK : PAGE);
    });
    await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
    const origin = `http://localhost:${(http.address() as AddressInfo).port}`;
    const origins = options.listed === false ? ["http://localhost:1"] : [origin];
    const tenant = await server.createTenant("An application", options.rpId ?? "localhost", origins);
    return new Application(server, tenant, origin, http);
  }

  /** Opens the application's page with the SDK ready as `sdk`. */
  async open(page: Page): Promise<void> {
    await page.goto(this.origin);
    await page.evaluate(
      ([tenantId, baseUrl]) => {
        const global = window as unknown as Record<string, any>;
        global["sdk"] = new global["authsignal"].Authsignal({ tenantId, baseUrl });
      },
      [this.tenant.tenantId, this.server.apiUrl] as const,
    );
  }

  /** What the application's backend does with its secret. */
  async call(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await fetch(`${this.server.apiUrl}${path}`, {
      method,
      headers: {
        Authorization: `Basic ${Buffer.from(`${this.tenant.apiSecretKey}:`).toString("base64")}`,
        "Content-Type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.json();
  }

  /** Sets the tenant up, as its administrator does. */
  async settings(settings: object): Promise<void> {
    const { tenantId } = this.tenant;
    await this.server.command("tenant", "update", "--tenant", tenantId, "--settings", JSON.stringify(settings));
  }

  track(userId: string, action: string, body: object = {}): Promise<{ token: string; state: string; url: string }> {
    return this.call("POST", `/users/${userId}/actions/${action}`, body);
  }

  validate(token: string, more: object = {}): Promise<any> {
    return this.call("POST", "/validate", { token, ...more });
  }

  /** The code that was sent last to an address, once one is there: the server of the tests catches what it sends. */
  async codeFor(address: string): Promise<string> {
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      const answer = await fetch(`${this.server.url}/dev/inbox?to=${encodeURIComponent(address)}`);
      const { messages } = (await answer.json()) as { messages: { code?: string }[] };
      const code = messages.find((message) => message.code)?.code;
      if (code) return code;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`no code came to ${address}`);
  }

  async stop(): Promise<void> {
    await new Promise((done) => this.http.close(done));
  }
}
