import type { Server } from "./server.js";

/** A message that the server caught in place of sending it. */
export interface Caught {
  to: string;
  kind: string;
  channel: "email" | "sms" | "whatsapp";
  code?: string;
  link?: string;
  text: string;
}

/** What was sent to an address or number, the newest first. */
export async function inbox(server: Server, to: string): Promise<Caught[]> {
  const answer = await fetch(`${server.url}/dev/inbox?to=${encodeURIComponent(to)}`);
  return ((await answer.json()) as { messages: Caught[] }).messages;
}

/** The code that was sent last. */
export async function newestCode(server: Server, to: string): Promise<string> {
  const code = (await inbox(server, to)).find((message) => message.code)?.code;
  if (!code) throw new Error(`no code was sent to ${to}`);
  return code;
}

/** The link that was sent last. */
export async function newestLink(server: Server, to: string): Promise<string> {
  const link = (await inbox(server, to)).find((message) => message.link)?.link;
  if (!link) throw new Error(`no link was sent to ${to}`);
  return link;
}

/** Another code than this one. */
export const wrong = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, "0");
