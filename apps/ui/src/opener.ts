/** Where the page stands: alone, in a frame of the application's page, or in a window that it opened. */
export type Place = "page" | "frame" | "window";

/**
 * The application that waits for the outcome (docs/reference/authsignal.md §4.2). It is told by messages to the tenant's own
 * origins, each by name: a page that framed or opened this one and is none of them hears nothing.
 */
export class Opener {
  readonly place: Place;
  private readonly target: Window | null;

  /** @param origins the tenant's, where they are known from before a reload */
  constructor(
    popup: boolean,
    private origins: readonly string[] = [],
  ) {
    if (window.parent !== window) this.place = "frame";
    else this.place = popup && window.opener ? "window" : "page";
    this.target = this.place === "frame" ? window.parent : this.place === "window" ? (window.opener as Window) : null;
  }

  /** Whether there is anybody who could be told. */
  get isKnown(): boolean {
    return this.origins.length > 0;
  }

  /** From now on these are told; and that there is something to see. */
  ready(origins: readonly string[]): void {
    this.origins = origins;
    this.tell(JSON.stringify({ event: "AUTHSIGNAL_READY" }));
    this.resized();
  }

  /** A call failed. It says nothing that the application could not ask itself. */
  failed(errorCode: string, statusCode: number | undefined): void {
    this.tell(JSON.stringify({ event: "AUTHSIGNAL_API_ERROR", errorCode, statusCode }));
  }

  /** The end, with the token that the application's backend validates; without one when the user gave up. */
  close(token: string | undefined): void {
    this.tell(JSON.stringify({ event: "AUTHSIGNAL_CLOSE_POPUP", token }));
  }

  /** Tells a frame how high its content is, now and whenever that changes. */
  follow(content: Element): void {
    if (this.place === "frame") new ResizeObserver(() => this.resized(content)).observe(content);
  }

  private resized(content: Element | null = document.getElementById("widget_container")): void {
    if (this.place !== "frame" || !content) return;
    this.tell({ height: Math.ceil(content.getBoundingClientRect().height) });
  }

  private tell(message: unknown): void {
    for (const origin of this.origins) this.target?.postMessage(message, origin);
  }
}
