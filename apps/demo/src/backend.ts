import { trace, type ServerCall } from "./trace/record";

/** The shop's backend said no. `message` is meant for people. */
export class ShopError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "ShopError";
  }
}

export interface Product {
  id: string;
  name: string;
  origin: string;
  description: string;
  priceCents: number;
}

export interface Account {
  userId: string;
  email: string;
  name: string;
}

/** A way to sign in, as the Server API lists it. */
export interface Factor {
  userAuthenticatorId: string;
  verificationMethod: string;
  createdAt: string;
  lastVerifiedAt?: string;
  /** Where codes and links by e-mail go. */
  email?: string;
  /** Where codes by SMS go. */
  phoneNumber?: string;
  /** Of a set of recovery codes: how many were not used yet. */
  recoveryCodesLeft?: number;
  webauthnCredential?: {
    name?: string;
    credentialBackedUp?: boolean;
    authenticatorAttachment?: "platform" | "cross-platform";
    aaguidMapping?: { name: string; svgIconLight?: string; svgIconDark?: string };
    parsedUserAgent?: { browser?: { name?: string }; os?: { name?: string } };
  };
}

/** An action that waits for one of the customer's factors. */
export interface StepUp {
  token: string;
}

/** One that the pre-built UI can ask for as well, at `url`. */
export interface StepUpOnPage extends StepUp {
  url: string;
}

export interface Verdict {
  isValid: boolean;
  state?: string;
  verificationMethod?: string;
}

export interface Order {
  number: string;
  totalCents: number;
}

export interface ShopInfo {
  tenantId: string;
  origin: string;
  products: Product[];
  stepUpAboveCents: number;
  account: Account | null;
}

export type Checkout = { order: Order } | { stepUp: StepUpOnPage; totalCents: number };

/** The shop's backend, one function an endpoint. Each throws {@link ShopError} when the backend refuses. */
export const backend = {
  shop: () => call<ShopInfo>("shop"),
  account: () => call<{ account: Account; factors: Factor[] }>("account"),
  signUp: (email: string, name: string) => call<{ token: string }>("sign-up", { email, name }),
  finishSignUp: (token: string) => call<{ account: Account }>("sign-up/finish", { token }),
  signIn: (email: string) => call<StepUp>("sign-in", { email }),
  finishSignIn: (token: string) => call<{ account: Account }>("sign-in/finish", { token }),
  signOut: () => call<Record<string, never>>("sign-out", {}),
  beginAdding: () => call<StepUp & { challenge: boolean }>("step-up", {}),
  confirmAdding: (token: string) => call<{ verdict: Verdict }>("step-up/finish", { token }),
  beginRemoval: (userAuthenticatorId: string) => call<StepUp>("factors/remove", { userAuthenticatorId }),
  finishRemoval: (token: string) => call<{ removed: string }>("factors/remove/finish", { token }),
  checkout: (lines: { product: string; quantity: number }[]) => call<Checkout>("checkout", { lines }),
  finishCheckout: (token: string) => call<{ order: Order; verdict: Verdict }>("checkout/finish", { token }),
};

interface Reply<T> {
  result?: T;
  error?: string;
  message?: string;
  calls?: ServerCall[];
}

async function call<T>(path: string, body?: unknown): Promise<T> {
  const init: RequestInit =
    body === undefined
      ? {}
      : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let reply: Reply<T>;
  try {
    const response = await fetch(`/demo/api/${path}`, init);
    reply = (await response.json()) as Reply<T>;
  } catch {
    throw new ShopError(
      "unreachable",
      "The shop does not answer. Check that the server is still running, then try again.",
    );
  }
  for (const serverCall of reply.calls ?? []) trace.serverCall(serverCall);
  if (reply.result === undefined)
    throw new ShopError(reply.error ?? "unknown", reply.message ?? "The shop answered in an unknown form.");
  return reply.result;
}
