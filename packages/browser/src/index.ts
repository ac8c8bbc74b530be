export { Authenticators } from "./authenticators.js";
export { Countersign } from "./countersign.js";
export type { CountersignOptions } from "./countersign.js";
export type { Ending } from "./methods/passkey.js";
export { CountersignError } from "./error.js";
export type { ErrorCode } from "./error.js";
export type { Enrolling, EnrollingApp, FailureReason, Proved, CodeReply } from "./replies.js";
export { Transport } from "./transport.js";
export type { Authenticator, AuthenticatorMethod, Prompt, PromptKind, PromptWish, Theme } from "./prompt.js";
