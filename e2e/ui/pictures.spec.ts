import { expect, test } from "../browser-sdk/test.js";
import { cutOff, picture } from "../support/pictures.js";
import { openScreen, ownFingerprint, SCREENS } from "./screens.js";

const SIZES = { narrow: { width: 385, height: 720 }, wide: { width: 1280, height: 900 } };

for (const locale of ["en", "de", "fr", "es", "ja", "ar"]) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      // Long words are a matter of the narrow page alone.
      if (!["en", "ar"].includes(locale) && (size !== "narrow" || colorScheme !== "light")) continue;
      test.describe(`${locale} ${colorScheme} ${size}`, () => {
        test.use({ locale, colorScheme, viewport });
        test.setTimeout(240_000);

        test("every screen draws itself within the window", async ({ page, application }) => {
          const complaints: string[] = [];
          page.on("pageerror", (error) => complaints.push(String(error)));
          await ownFingerprint(page);
          for (const screen of SCREENS) {
            await openScreen(page, application, screen);
            await picture(page, `ui-${locale}-${colorScheme}-${size}-${screen.name}`, { fullPage: true });
            expect(await cutOff(page), `${screen.name}: wider than its place`).toEqual([]);
          }
          expect(complaints).toEqual([]);
        });
      });
    }
  }
}
