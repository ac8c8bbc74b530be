// better-auth with its passkey plugin on SQLite (better-sqlite3, write-ahead log), served by node:http.
//
//   PORT=… RP_ID=… ORIGIN=… DATABASE=file node better-auth.mjs
//
// Defaults throughout, but: no rate limit, because one address makes all calls; and a passkey may be what a user registers
// with first, so that users can be made without passwords. Neither touches a sign-in.
import { createServer } from "node:http";
import { passkey } from "@better-auth/passkey";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import Database from "better-sqlite3";

const { PORT, RP_ID: rpID, ORIGIN: origin, DATABASE } = process.env;
const database = new Database(DATABASE);
database.pragma("journal_mode = WAL");

const options = {
  appName: "Shop",
  baseURL: "https://auth.shop.example",
  secret: crypto.randomUUID() + crypto.randomUUID(),
  trustedOrigins: [origin],
  database,
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [
    passkey({
      rpID,
      rpName: "Shop",
      origin,
      registration: {
        requireSession: false,
        resolveUser: async ({ ctx, context }) => {
          const user = await ctx.context.internalAdapter.createUser({
            name: context,
            email: `${context}@shop.example`,
            emailVerified: true,
          });
          return { id: user.id, name: user.name };
        },
      },
    }),
  ],
};
const { runMigrations } = await getMigrations(options);
await runMigrations();

const handler = toNodeHandler(betterAuth(options));
createServer((request, response) => {
  if (request.url === "/readyz") return response.end("{}");
  return handler(request, response);
}).listen(Number(PORT), "127.0.0.1");
