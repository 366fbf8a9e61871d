import { parse } from 'yaml';
import { z } from 'zod';
import { KontorError } from '../../domain/errors.ts';
import { delegationSchema, personSchema, type Delegation, type Person } from '../../domain/model/person.ts';
import { isDecimal } from '../../domain/rules/decimal.ts';
import { isCurrency, moneyFromDecimal } from '../../domain/rules/money.ts';

/** `10000 EUR`: how people write an amount. */
const writtenAmount = z.string().transform((text, context) => {
  const [amount = '', currency = '', ...more] = text.split(' ');
  if (more.length === 0 && isDecimal(amount) && isCurrency(currency)) return moneyFromDecimal(currency, amount);
  context.addIssue({ code: 'custom', message: 'an amount such as "10000 EUR"' });
  return z.NEVER;
});

const fileSchema = z
  .object({
    schemaVersion: z.literal(1),
    people: z.array(
      z.object({
        id: z.string(),
        employeeId: z.string(),
        name: z.string(),
        manager: z.string().optional(),
        roles: z.array(z.object({ entity: z.string(), role: z.string(), limit: writtenAmount.optional(), costCentres: z.array(z.string()).optional() }).strict()),
      }).strict(),
    ),
    delegations: z.array(
      z.object({ id: z.string(), delegator: z.string(), delegate: z.string(), from: z.string(), to: z.string(), entity: z.string().optional(), cap: writtenAmount.optional() }).strict(),
    ),
  })
  .strict();

/** Reads a file of people and delegations; a fault is refused with its place. */
export function readPeople(text: string, file: string): { people: Person[]; delegations: Delegation[] } {
  const parsed = fileSchema.safeParse(parse(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new KontorError('policy-invalid', `${file}: ${issue?.message ?? 'not valid'}`, { place: { file, path: `/${(issue?.path ?? []).join('/')}` } });
  }
  return {
    people: parsed.data.people.map((person) => personSchema.parse({ ...person, active: true })),
    delegations: parsed.data.delegations.map((delegation) => delegationSchema.parse(delegation)),
  };
}
