import { CountersignError } from "@countersign/browser";

/** Whether what a call is about was there. What was removed elsewhere is no error: the list that comes next shows it. */
export async function isThere(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof CountersignError && error.code === "not_found") return false;
    throw error;
  }
}
