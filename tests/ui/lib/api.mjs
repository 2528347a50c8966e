// The API, as a person with a token.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

/** A client of `organisation` for the person in this role, or with this address. */
export async function client(organisation, role) {
  const email = organisation.people[role] ?? role;
  const token = await organisation.token(email);

  async function send(method, path, body, headers = {}) {
    const answer = await fetch(`${organisation.base}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(method === "GET" ? {} : { "Idempotency-Key": randomUUID() }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const json = text.startsWith("{") ? JSON.parse(text) : null;
    return { status: answer.status, json, text };
  }

  /** One that must go through. */
  async function ask(method, path, body) {
    const answer = await send(method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text.slice(0, 600)}`);
    return answer.json;
  }

  return {
    token,
    send,
    get: (path) => ask("GET", path),
    post: (path, body) => ask("POST", path, body),
    put: (path, body) => ask("PUT", path, body),
    declare: (title, more = {}) => ask("POST", "/incidents", { title, impact: "moderate", urgency: "medium", ...more }),
    receive: (title, more = {}) => ask("POST", "/events", { title, ...more }),
    assess: (number, kind, finding, reason) => ask("POST", `/incidents/${number}/assess`, { kind, finding, reason, answers: {} }),
    async person(name, roles) {
      const email = `${name.toLowerCase().replaceAll(/[^a-z]+/g, ".")}@example.org`;
      const { id } = await ask("POST", "/people", { name, email, roles });
      return { id, email, name };
    },
  };
}
