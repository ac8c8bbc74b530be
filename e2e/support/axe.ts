import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** What WCAG 2.2 asks at levels A and AA, and axe's own good practice. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/** What axe finds on a page: the rule, the element, and what to mend. */
export async function complaints(page: Page): Promise<string[]> {
  // Without the page of its own that axe opens to gather what it found in frames: there are none.
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).setLegacyMode(true).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
