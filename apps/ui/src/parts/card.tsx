import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { usePage } from "../context.js";

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
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – ${prompt.tenant.name}`;
    // A field that wants the focus has taken it by now.
    if (!heading.current?.parentElement?.querySelector("input:focus")) heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <Card>
      <Brand />
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {about && <p class="about">{about}</p>}
      {children}
    </Card>
  );
}

function Brand() {
  const { name, theme } = usePage().prompt.tenant;
  if (!theme.logo) return <p class="brand">{name}</p>;
  return (
    <p class="brand">
      <picture>
        {theme.logoDark && <source srcset={theme.logoDark} media="(prefers-color-scheme: dark)" />}
        <img src={theme.logo} alt={name} />
      </picture>
    </p>
  );
}
