// @simplewebauthn/server on node:http: the least that a passkey server can be. Users, passkeys and challenges are in memory.
//
//   PORT=… RP_ID=… ORIGIN=… node simplewebauthn.mjs
//
// The answers have the members of Countersign's, so that one generator speaks to both.
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";

const { PORT, RP_ID: rpID, ORIGIN: origin } = process.env;
const LIFE = 10 * 60_000;
const key = randomBytes(32);
const challenges = new Map();
const passkeys = new Map();
const users = new Map();

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const head = base64url({ alg: "HS256", typ: "JWT" });

/** A token of ten minutes, signed with HMAC-SHA-256. */
function token(user) {
  const now = Math.floor(Date.now() / 1000);
  const text = `${head}.${base64url({ sub: user, iat: now, exp: now + 600, jti: randomUUID() })}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

function begin(challenge, about) {
  const challengeId = randomUUID();
  challenges.set(challengeId, { challenge, about, expires: Date.now() + LIFE });
  return challengeId;
}

/** A challenge is used once, right or wrong. */
function end(challengeId) {
  const found = challenges.get(challengeId);
  challenges.delete(challengeId);
  if (!found || found.expires < Date.now()) throw new Error("no such challenge");
  return found;
}

// The map keeps the order of insertion, and all lives are the same.
setInterval(() => {
  const now = Date.now();
  for (const [id, { expires }] of challenges) {
    if (expires >= now) break;
    challenges.delete(id);
  }
}, 1000).unref();

const doors = {
  "/registration-options": async ({ user }) => {
    const options = await generateRegistrationOptions({
      rpName: "Shop",
      rpID,
      userName: user,
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
    return { challengeId: begin(options.challenge, { user, handle: options.user.id }), options };
  },
  "/registration": async ({ challengeId, registrationCredential: response }) => {
    const { challenge, about } = end(challengeId);
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpID,
    });
    if (!verified) throw new Error("not verified");
    users.set(about.handle, about.user);
    passkeys.set(registrationInfo.credential.id, { ...registrationInfo.credential, handle: about.handle });
    return { isVerified: true };
  },
  "/authentication-options": async () => {
    const options = await generateAuthenticationOptions({ rpID, userVerification: "required" });
    return { challengeId: begin(options.challenge), options };
  },
  "/verify": async ({ challengeId, authenticationCredential: response }) => {
    const { challenge } = end(challengeId);
    const passkey = passkeys.get(response.id);
    if (!passkey || response.response.userHandle !== passkey.handle) throw new Error("no such passkey");
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpID,
      credential: passkey,
    });
    if (!verified) throw new Error("not verified");
    passkey.counter = authenticationInfo.newCounter;
    return { isVerified: true, accessToken: token(users.get(passkey.handle)) };
  },
};

function answer(response, status, body) {
  response.writeHead(status, { "content-type": "application/json", "access-control-allow-origin": origin });
  response.end(JSON.stringify(body));
}

createServer((request, response) => {
  if (request.url === "/readyz") return answer(response, 200, {});
  const door = request.method === "POST" && doors[request.url];
  if (!door) return answer(response, 404, { error: "not_found" });
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", async () => {
    try {
      answer(response, 200, await door(JSON.parse(Buffer.concat(pieces))));
    } catch (error) {
      answer(response, 400, { error: error.message });
    }
  });
}).listen(Number(PORT), "127.0.0.1");
