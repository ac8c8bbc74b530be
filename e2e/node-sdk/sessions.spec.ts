import { createPublicKey, verify } from "node:crypto";
import { VerificationMethod } from "@authsignal/node";
import { Authenticator } from "../support/authenticator.js";
import { expect, test } from "./test.js";

const part = (jwt: string, index: number): any =>
  JSON.parse(Buffer.from(jwt.split(".")[index]!, "base64url").toString());

/** A page signs its user in with a passkey; the backend makes a session of it. */
test("a session is made, looked at, refreshed and ended", async ({ page, node, sdk, application }) => {
  await Authenticator.add(page);
  const attributes = { username: "ada@example.com", email: "ada@example.com" };
  const { token } = await node.track({ userId: "ada", action: "sign-up", attributes });
  await sdk("passkey.signUp", { token });
  const { data } = await sdk("passkey.signIn", { action: "sign-in" });
  const { clientId } = application.tenant;

  const first = await node.createSession({ clientId, token: data.token, action: "sign-in" });
  const found = await node.validateSession({ accessToken: first.accessToken, clientIds: [clientId] });
  expect(found).toMatchObject({
    user: { userId: "ada", email: "ada@example.com" },
    verificationMethod: VerificationMethod.PASSKEY,
  });

  // Whoever has the public keys can tell too.
  const [header, claims] = [part(first.accessToken, 0), part(first.accessToken, 1)];
  expect(claims).toMatchObject({ sub: "ada", aud: clientId, exp: found.expiresAt });
  // By the server's clock, which tests before this one may have moved.
  expect(claims.exp - claims.iat).toBe(900);
  const path = `/t/${application.tenant.tenantId}/auth/v1/.well-known/jwks.json`;
  expect(claims.iss + "/.well-known/jwks.json").toContain(path);
  const jwks = await (await fetch(`${application.server.url}${path}`)).json();
  const jwk = jwks.keys.find((key: any) => key.kid === header.kid);
  const [signed, signature] = [first.accessToken.split(".").slice(0, 2).join("."), first.accessToken.split(".")[2]!];
  const key = createPublicKey({ key: jwk, format: "jwk" });
  expect(verify("RSA-SHA256", Buffer.from(signed), key, Buffer.from(signature, "base64url"))).toBe(true);

  const second = await node.refreshSession({ refreshToken: first.refreshToken });
  expect(second.refreshToken).not.toBe(first.refreshToken);
  await node.validateSession({ accessToken: second.accessToken });
  await node.revokeSession({ accessToken: second.accessToken });
  const refused = { statusCode: 401, errorCode: "invalid_token" };
  await expect(node.validateSession({ accessToken: second.accessToken })).rejects.toMatchObject(refused);
  await expect(node.refreshSession({ refreshToken: second.refreshToken })).rejects.toMatchObject(refused);
});

test("all sessions of a user are ended, and a proof opens one", async ({ page, node, sdk, application }) => {
  await Authenticator.add(page);
  const { token } = await node.track({ userId: "ada", action: "sign-up" });
  await sdk("passkey.signUp", { token });
  const { clientId } = application.tenant;
  const session = async () => {
    const { data } = await sdk("passkey.signIn", { action: "sign-in" });
    return { token: data.token as string, ...(await node.createSession({ clientId, token: data.token })) };
  };
  const [one, other] = [await session(), await session()];
  await expect(node.createSession({ clientId, token: one.token })).rejects.toMatchObject({ statusCode: 400 });
  await expect(node.createSession({ clientId: "nobody", token: one.token })).rejects.toMatchObject({ statusCode: 404 });
  await node.revokeUserSessions({ userId: "ada" });
  for (const { accessToken } of [one, other]) {
    await expect(node.validateSession({ accessToken })).rejects.toMatchObject({ statusCode: 401 });
  }
});
