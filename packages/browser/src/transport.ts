import { CountersignError } from "./error.js";

/** How long an answer may take, in milliseconds: longer than the server itself works on one. */
const PATIENCE = 40_000;
const NO_ANSWER = "The server did not answer. Check the connection and try again.";

/** Calls of the Client API with one client token, which each proof renews. */
export class Transport {
  /**
   * @param baseUrl such as `https://auth.example.com/v1`
   * @param token a client token of `track` or of a proof
   */
  constructor(
    private readonly baseUrl: string,
    public token: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.call("GET", path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.call("POST", path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.call("PATCH", path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.call("DELETE", path);
  }

  /** A call whose answer may carry a new token, which the next calls use. */
  async prove<T extends { accessToken?: string }>(path: string, body: unknown): Promise<T> {
    const reply = await this.post<T>(path, body);
    if (reply.accessToken) this.token = reply.accessToken;
    return reply;
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const request: RequestInit = {
      method,
      headers,
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
    };
    if (body !== undefined) request.body = JSON.stringify(body);
    // Missing in older browsers, which wait for as long as they like.
    const patience = AbortSignal.timeout?.(PATIENCE);
    if (patience) request.signal = patience;
    const answer = await fetch(`${this.baseUrl}/client${path}`, request).catch((cause: unknown) => {
      throw new CountersignError("network", NO_ANSWER, undefined, undefined, undefined, { cause });
    });
    const said: unknown = await answer.json().catch((cause: unknown) => {
      throw new CountersignError("network", NO_ANSWER, answer.status, undefined, undefined, { cause });
    });
    if (!answer.ok) throw refusal(answer, said);
    return said as T;
  }
}

function refusal(answer: Response, said: unknown): CountersignError {
  // A proxy may say anything.
  const { errorCode, errorDescription, requestId } = Object(said) as Record<string, string | undefined>;
  const retryAfter = Number(answer.headers.get("Retry-After")) || undefined;
  const code = errorCode ?? "internal_error";
  return new CountersignError(code, errorDescription ?? code, answer.status, requestId, retryAfter);
}
