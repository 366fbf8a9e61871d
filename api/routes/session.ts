import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { listPeople, readPerson } from '../../db/repositories/directory.ts';
import { KontorError } from '../../domain/errors.ts';
import { personSchema } from '../../domain/model/person.ts';
import type { SigningKey } from '../../temporal-config/keys.ts';
import { issueToken } from '../middleware/identity.ts';
import { operation, type Operation } from '../operation.ts';

export interface SessionParts {
  db: Db;
  issuer: string;
  loginKey: SigningKey;
  /** The development login: off when it would be reachable from elsewhere, in production, or beside a real issuer. */
  developmentLogin: boolean;
}

const loginSchema = z.object({ person: z.string().min(1).max(60) }).strict();
const tokenSchema = z.object({ token: z.string(), expiresAt: z.string() }).meta({ id: 'Token' });

/** Who am I; and, in development, become one of the seeded people. */
export function sessionRoutes({ db, issuer, loginKey, developmentLogin }: SessionParts): Operation[] {
  const me = operation({
    id: 'whoAmI',
    method: 'get',
    path: '/v1/me',
    tag: 'session',
    summary: 'The person behind the token, with roles as they stand now',
    permission: 'me:read',
    responses: { 200: { description: 'The person', schema: personSchema } },
    handle: ({ caller }) => Promise.resolve({ status: 200, body: caller.person }),
  });
  if (!developmentLogin) return [me];
  return [
    me,
    operation({
      id: 'listDevelopmentPeople',
      method: 'get',
      path: '/v1/development/people',
      tag: 'session',
      summary: 'People that the development login knows',
      permission: 'public',
      responses: { 200: { description: 'People', schema: z.object({ people: z.array(personSchema) }) } },
      handle: async () => ({ status: 200, body: { people: await listPeople(db) } }),
    }),
    operation({
      id: 'developmentLogin',
      method: 'post',
      path: '/v1/development/login',
      tag: 'session',
      summary: 'Development login: a real signed token for a seeded person',
      permission: 'public',
      body: { kind: 'json', schema: loginSchema },
      responses: { 200: { description: 'Access token', schema: tokenSchema } },
      async handle({ body, at }) {
        const person = await readPerson(db, body.person);
        if (!person?.active) throw new KontorError('unknown-resource', 'There is no such person.');
        return { status: 200, body: await issueToken(person.id, issuer, loginKey.privateKey, at) };
      },
    }),
  ];
}
