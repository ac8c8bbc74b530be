const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** `11800` → `€118.00` */
export const euros = (cents: number): string => money.format(cents / 100);

/** An ISO 8601 moment as a day, or an empty text when there is none. */
export const onDay = (iso: string | undefined): string => (iso ? day.format(new Date(iso)) : "");

/** An ISO 8601 moment to the minute. */
export const atMoment = (iso: string): string => moment.format(new Date(iso));
