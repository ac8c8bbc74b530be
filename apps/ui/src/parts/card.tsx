import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { usePage } from "../context.js";
import { darkMedia } from "../mode.js";

/** The box that a page stands in. */
export function Card({ children }: { children: ComponentChildren }) {
  return <main class="card">{children}</main>;
}

/** A page of the prompt: whose it is, what it is about, and its content. Moves the reader to its heading when it comes. */
export function Sheet({
  title,
  about,
  children,
}: {
  title: string;
  about?: ComponentChildren;
  children?: ComponentChildren;
}) {
  const { prompt } = usePage();
  return (
    <Card>
      <Brand />
      <Heading text={title} of={prompt.tenant.name} />
      {about && (
        <p class="about" aria-live="polite">
          {about}
        </p>
      )}
      {children}
    </Card>
  );
}

/** What a page is about. It names the browser's tab, and is where a screen reader begins. */
export function Heading({ text, of }: { text: string; of?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = of ? `${text} – ${of}` : text;
    // Who chooses in the list of a preview goes on choosing; a field that wants the focus has taken it by now.
    if (document.activeElement instanceof HTMLSelectElement) return;
    if (!heading.current?.parentElement?.querySelector("input:focus")) heading.current?.focus({ preventScroll: true });
  }, [text]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {text}
    </h1>
  );
}

function Brand() {
  const { name, theme } = usePage().prompt.tenant;
  if (!theme.logo) return <p class="brand">{name}</p>;
  return (
    <p class="brand">
      <picture>
        {theme.logoDark && <source srcset={theme.logoDark} media={darkMedia()} />}
        <img src={theme.logo} alt={name} class={theme.logoDark ? "" : "light-only"} />
      </picture>
    </p>
  );
}
