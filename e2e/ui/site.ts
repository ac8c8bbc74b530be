import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createHash, X509Certificate } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import https from "node:https";
import type { AddressInfo, Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { SMTPServer } from "smtp-server";
import { Server, type Tenant } from "../support/server.js";
import { SDK } from "../support/sdk.js";

/** The application's own hosts, and one that is not its own. */
export const SHOP = "www.shop.test";
export const AUTH = "auth.shop.test";
export const EVIL = "www.evil.test";
/** A second application, whose users see its own host and never the server's. */
export const BRAND = "www.brand.test";
export const BRAND_AUTH = "auth.brand.test";
/** A third one, whose users come to the server's host: it is none of its relying party's. */
export const HARBOUR = "www.harbour.test";

const PAGE = `<!doctype html><meta charset="utf-8"><title>A shop</title><h1>A shop</h1><script src="/sdk.js"></script>`;

/**
 * A shop on real host names over HTTPS: `www.shop.test` is the application, `auth.shop.test` the server with the pre-built UI,
 * `shop.test` the relying party. `www.evil.test` is somebody else's, and serves the same page. `www.brand.test` is another tenant's, and
 * `auth.brand.test`, at the port of all HTTPS, the same server under that tenant's name. All are this machine.
 */
export class Site {
  private mails: string[] = [];

  private constructor(
    readonly server: Server,
    readonly tenant: Tenant,
    readonly port: number,
    /** What a browser needs to find and trust these hosts. */
    readonly browserArguments: string[],
    private readonly parts: { close: () => void }[],
    private readonly folder: string,
    private readonly host = SHOP,
  ) {}

  get origin(): string {
    return `https://${this.host}:${this.port}`;
  }

  get evil(): string {
    return `https://${EVIL}:${this.port}`;
  }

  static async start(): Promise<Site> {
    const folder = await mkdtemp(join(tmpdir(), "countersign-site-"));
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const names = [SHOP, AUTH, EVIL, BRAND, BRAND_AUTH, HARBOUR].map((value) => ({ type: 2 as const, value }));
    const made = await generate([{ name: "commonName", value: SHOP }], {
      keyType: "ec",
      algorithm: "sha256",
      extensions: [{ name: "subjectAltName", altNames: names }],
    });
    await Promise.all([writeFile(cert, made.cert), writeFile(key, made.private)]);

    const pages = https.createServer({ cert: made.cert, key: made.private }, (request, response) => {
      const isSdk = request.url === "/sdk.js";
      response.writeHead(200, { "Content-Type": isSdk ? "text/javascript" : "text/html" });
      response.end(isSdk ? SDK : PAGE);
    });
    const mails: string[] = [];
    const mail = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData(stream, _session, done) {
        let text = "";
        stream.on("data", (part: Buffer) => (text += part.toString()));
        stream.on("end", () => {
          mails.unshift(text);
          done();
        });
      },
    });
    const port = await listen(pages);
    const mailPort = await listen(mail.server);

    const server = await Server.start({
      host: AUTH,
      environment: {
        COUNTERSIGN_SERVER__TLS__CERT_FILE: cert,
        COUNTERSIGN_SERVER__TLS__KEY_FILE: key,
        COUNTERSIGN_EMAIL__SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
        COUNTERSIGN_EMAIL__FROM: "shop@shop.test",
      },
    });
    const tenant = await server.createTenant("A shop", "shop.test", [`https://${SHOP}:${port}`]);
    const spki = new X509Certificate(made.cert).publicKey.export({ type: "spki", format: "der" });
    const trusted = createHash("sha256").update(spki).digest("base64");
    const browserArguments = [
      `--host-resolver-rules=MAP ${BRAND_AUTH} 127.0.0.1:${new URL(server.url).port}, MAP *.test 127.0.0.1`,
      `--ignore-certificate-errors-spki-list=${trusted}`,
    ];
    const site = new Site(server, tenant, port, browserArguments, [pages, mail], folder);
    site.mails = mails;
    return site;
  }

  /** The same machine as an application of another tenant on another host has it. */
  as(tenant: Tenant, host: string): Site {
    const site = new Site(this.server, tenant, this.port, this.browserArguments, [], this.folder, host);
    site.mails = this.mails;
    return site;
  }

  /** What the shop's backend does with its secret. */
  call(method: string, path: string, body?: unknown): Promise<any> {
    return this.callAs(this.tenant.apiSecretKey, method, path, body);
  }

  /** What who runs the shop does with a management key. */
  manage(method: string, path: string, body?: unknown): Promise<any> {
    return this.callAs(this.tenant.managementKey, method, `/management${path}`, body);
  }

  private async callAs(key: string, method: string, path: string, body: unknown): Promise<any> {
    const credential = Buffer.from(`${key}:`).toString("base64");
    const headers = { Authorization: `Basic ${credential}`, "Content-Type": "application/json" };
    return JSON.parse((await send(`${this.server.apiUrl}${path}`, method, headers, body)).text);
  }

  /** Loads a page as no browser does: nothing is run. An address without a port is one of the server's. */
  get(url: string): Promise<Received> {
    return send(url, "GET", {}, undefined, new URL(this.server.url).port);
  }

  /** Sends a path to the server as it stands, which no browser would. */
  raw(path: string, method = "GET", headers: object = {}): Promise<Received> {
    return send(this.server.url, method, headers, undefined, "", path);
  }

  track(userId: string, action: string, body: object = {}): Promise<{ token: string; url: string; state: string }> {
    return this.call("POST", `/users/${userId}/actions/${action}`, body);
  }

  validate(token: string): Promise<any> {
    return this.call("POST", "/validate", { token });
  }

  /** Changes settings of the tenant; they are in force a second later. */
  async setting(settings: object): Promise<void> {
    const { tenantId } = this.tenant;
    await this.server.command(
      "tenant",
      "update",
      "--tenant",
      tenantId,
      "--settings",
      JSON.stringify(settings),
      "--json",
    );
    await new Promise((done) => setTimeout(done, 1100));
  }

  /** The code that was mailed last to an address, once there is one that is not `before`. */
  async code(address: string, before?: string): Promise<string> {
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      // Notices to the same address may have come after it.
      const mails = this.mails.filter((text) => text.includes(`To: ${address}`) || text.includes(`<${address}>`));
      const code = mails.map((mail) => /^\s*(\d{6})\s*$/m.exec(mail)?.[1]).find((one) => one !== undefined);
      if (code && code !== before) return code;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`no code came to ${address}:\n${this.mails.join("\n")}`);
  }

  /** The link that was mailed last to an address. */
  async link(address: string): Promise<string> {
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      const mail = this.mails.find((text) => text.includes(`To: ${address}`) && text.includes("/ui/magic-link"));
      // RFC 2045 §6.7: lines that go on, and the equals sign itself.
      const text = mail?.replace(/=\r?\n/g, "").replaceAll("=3D", "=");
      const link = text && /https:\/\/[^\s"<]+\/ui\/magic-link\?token=[\w-]+/.exec(text)?.[0];
      if (link) return link;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`no link came to ${address}:\n${this.mails.join("\n")}`);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    for (const part of this.parts) part.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A request to one of these hosts, none of which the system knows. */
function send(
  url: string,
  method: string,
  headers: object = {},
  body?: unknown,
  elsewhere = "",
  raw?: string,
): Promise<Received> {
  const { host, port, pathname, search } = new URL(url);
  const options = {
    host: "127.0.0.1",
    port: port || elsewhere,
    path: raw ?? pathname + search,
    method,
    headers: { Host: host, ...headers },
    rejectUnauthorized: false,
  };
  return new Promise((done, fail) => {
    const request = https.request(options, (answer) => {
      let text = "";
      answer.on("data", (part: Buffer) => (text += part.toString()));
      answer.on("end", () => done({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    request.on("error", fail);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function listen(server: NetServer): Promise<number> {
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port));
  });
}
