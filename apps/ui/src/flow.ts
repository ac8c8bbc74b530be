import {
  Countersign,
  CountersignError,
  type Prompt,
  type PromptKind,
  type PromptWish,
  type Proved,
} from "@countersign/browser";
import { forget, keep, type Launch, type Sent } from "./launch.js";
import { Opener } from "./opener.js";

/** What stands on the page. */
export type Screen =
  | { kind: "loading" }
  | { kind: "prompt"; prompt: Prompt }
  | { kind: "left"; prompt: Prompt }
  /** Nothing goes on from here; `again` when the same call may help. */
  | { kind: "stopped"; because: "unopened" | "expired" | "offline" | "error"; error?: CountersignError };

/** States of an action that the user has proved. */
const PROVED = ["CHALLENGE_SUCCEEDED", "REVIEW_SUCCEEDED"];

/** How long what was sent may be answered (decisions §3, *Codes*). */
const SENT_LIVES_MS = 600_000;

/** One launch of the page, from its token to the application's being told. */
export class Flow {
  readonly opener: Opener;
  readonly countersign: Countersign;
  /** The last prompt that came. */
  prompt: Prompt | undefined;
  /** Nothing that the page shows is real. */
  readonly isSample: boolean = false;
  private isAsking = false;

  constructor(
    private readonly launch: Launch,
    protected readonly show: (screen: Screen) => void,
    countersign?: Countersign,
  ) {
    this.opener = new Opener(launch.popup, launch.application?.origins);
    this.countersign = countersign ?? new Countersign({ baseUrl: `${location.origin}/v1`, token: launch.token });
  }

  /** Asks the server what comes next, and shows it. */
  async next(): Promise<void> {
    try {
      const prompt = await this.countersign.prompt(this.wish());
      const isFirst = this.prompt === undefined;
      this.prompt = prompt;
      this.launch.application = { origins: prompt.origins, returnUrl: prompt.redirectUrl };
      this.keep();
      this.show({ kind: "prompt", prompt });
      if (isFirst) this.opener.ready(prompt.origins);
    } catch (error) {
      this.stop(error);
    }
  }

  /**
   * Asks again what comes next, and shows it where that has changed: by another tab, by a link on another device, by the
   * application. `false` when the page that is shown stays.
   */
  async moved(): Promise<boolean> {
    const { prompt } = this;
    if (!prompt || this.isAsking) return false;
    this.isAsking = true;
    try {
      const now = await this.countersign.prompt(this.wish());
      if (now.kind === prompt.kind) return false;
      this.prompt = now;
      this.show({ kind: "prompt", prompt: now });
      return true;
    } catch (error) {
      // A look that failed is none; what ends the flow is found out all the same.
      return error instanceof CountersignError && error.status === 401 && this.stop(error);
    } finally {
      this.isAsking = false;
    }
  }

  /** The user proved something: its token is the one that counts from now on. */
  async proved(reply: Proved): Promise<void> {
    if (!reply.isVerified) return;
    // A factor was added, as the page was opened to do or as it offered.
    if (reply.userAuthenticator) this.launch.passed.push("ENROL");
    // It was answered: nothing is on its way any more.
    this.launch.sent = {};
    this.launch.token = this.countersign.token;
    this.keep();
    await this.next();
  }

  /** This page was seen and is not to be shown again. */
  async pass(kind: PromptKind): Promise<void> {
    this.launch.passed.push(kind);
    await this.next();
  }

  /** Back to the application, with what was reached. */
  leave(): void {
    const { prompt } = this;
    const target = this.returnUrl();
    const isDone = prompt?.kind === "DONE" || (prompt && PROVED.includes(prompt.state));
    // A token that proves something is the application's from here on: nobody finds it by going back in this tab.
    if (isDone) forget();
    if (this.opener.place !== "page") {
      // An application takes a token for a yes: who gives up brings none.
      this.opener.close(isDone ? this.countersign.token : undefined);
    } else if (target) {
      location.replace(target);
      return;
    }
    if (prompt) this.show({ kind: "left", prompt });
  }

  /** Whether there is a place to go back to. */
  get canLeave(): boolean {
    return this.opener.place === "page" ? this.returnUrl() !== undefined : this.opener.isKnown;
  }

  /** Shows an error that ends the flow; `false` when the page that met it shows it itself and goes on. */
  stop(error: unknown): boolean {
    const known = error instanceof CountersignError ? error : undefined;
    if (known?.status) this.opener.failed(known.code, known.status);
    if (known?.code === "expired_token" || known?.code === "invalid_token") {
      this.show({ kind: "stopped", because: "expired" });
      return true;
    }
    if (this.prompt && known) return false;
    if (known?.code === "network") this.show({ kind: "stopped", because: "offline" });
    else this.show({ kind: "stopped", because: "error", ...(known ? { error: known } : {}) });
    return true;
  }

  /** What this tab sent last for a purpose, also before it was loaded again. */
  lastSent(purpose: string): Sent | undefined {
    const sent = this.launch.sent[purpose];
    return sent && Date.now() < sent.at + SENT_LIVES_MS ? sent : undefined;
  }

  /** Remembers that something was sent now. */
  noteSent(purpose: string, to?: string): Sent {
    const sent = { at: Date.now(), to };
    this.launch.sent[purpose] = sent;
    this.keep();
    return sent;
  }

  /** It went to a wrong address: there is none to wait for. */
  forgetSent(purpose: string): void {
    delete this.launch.sent[purpose];
    this.keep();
  }

  /** Remembers for this tab what became of the launch. */
  protected keep(): void {
    keep(this.launch);
  }

  private wish(): PromptWish {
    const { forceEnrollment, settings, passed } = this.launch;
    return { forceEnrollment, settings, passed: [...new Set(passed)] };
  }

  private returnUrl(): string | undefined {
    const url = this.launch.application?.returnUrl;
    if (!url) return undefined;
    try {
      const target = new URL(url);
      if (target.protocol !== "https:" && target.protocol !== "http:") return undefined;
      target.searchParams.set("token", this.countersign.token);
      return target.href;
    } catch {
      return undefined;
    }
  }
}
