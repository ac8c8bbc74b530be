/** What a page's browser does in these tests, which need none: `fetch`, and the dialogues of WebAuthn. */
export class Browser {
  /** Calls that were made: method and path. */
  readonly calls: string[] = [];
  /** Dialogues that are open, each with what ends it. */
  readonly open: Dialogue[] = [];
  /** What the server answers, by method and path. */
  answers: Record<string, Response | (() => Response | Promise<Response>)> = {};

  constructor() {
    const dialogue = ({ signal }: { signal?: AbortSignal }) =>
      new Promise<Credential | null>((give, fail) => {
        this.open.push({ give, fail });
        signal?.addEventListener("abort", () => fail(signal.reason));
      });
    Object.defineProperty(globalThis, "navigator", {
      configurable: true,
      value: { credentials: { create: dialogue, get: dialogue } },
    });
    Object.assign(globalThis, {
      PublicKeyCredential: class {},
      fetch: async (url: string, { method = "GET", signal }: RequestInit) => {
        const call = `${method} ${new URL(url).pathname.replace("/v1/client", "")}`;
        this.calls.push(call);
        if (signal?.aborted) throw signal.reason;
        const answer = this.answers[call] ?? new Response("{}", { status: 404 });
        return typeof answer === "function" ? answer() : answer.clone();
      },
    });
  }

  /** Ready when this many dialogues have been opened. */
  async opened(count: number): Promise<void> {
    while (this.open.length < count) await new Promise((turn) => setImmediate(turn));
  }
}

interface Dialogue {
  give: (credential: Credential | null) => void;
  fail: (reason: unknown) => void;
}

const bytes = new Uint8Array([1, 2, 3]).buffer;

/** What an authenticator that was used gives. */
export const ASSERTION = {
  id: "AQID",
  type: "public-key",
  authenticatorAttachment: null,
  getClientExtensionResults: () => ({}),
  response: { clientDataJSON: bytes, authenticatorData: bytes, signature: bytes, userHandle: null },
} as unknown as Credential;

/** What an authenticator that was enrolled gives, in a browser that lists no transports. */
export const CREATED = {
  ...ASSERTION,
  response: { clientDataJSON: bytes, attestationObject: new Uint8Array(200_000).buffer },
} as unknown as Credential;

export const json =
  (body: unknown, status = 200, headers = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers });
