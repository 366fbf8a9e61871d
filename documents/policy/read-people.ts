import { z } from 'zod';
import { instantSchema } from '../../domain/model/dates.ts';
import { delegationSchema, personSchema, roleSchema, type Delegation, type Person } from '../../domain/model/person.ts';
import { isDecimal } from '../../domain/rules/decimal.ts';
import { isCurrency, moneyFromDecimal } from '../../domain/rules/money.ts';
import { readYaml } from '../ledger/yaml-file.ts';

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
        roles: z.array(z.object({ entity: z.string(), role: roleSchema, limit: writtenAmount.optional(), costCentres: z.array(z.string()).optional() }).strict()),
      }).strict(),
    ),
    delegations: z.array(
      z.object({ id: z.string(), delegator: z.string(), delegate: z.string(), from: instantSchema, to: instantSchema, entity: z.string().optional(), cap: writtenAmount.optional() }).strict(),
    ),
  })
  .strict();

/** Reads a file of people and delegations. @throws KontorError `policy-invalid` with file, line and column of the fault */
export function readPeople(text: string, file: string): { people: Person[]; delegations: Delegation[] } {
  const { people, delegations } = readYaml(text, file, fileSchema, 'policy-invalid');
  return { people: people.map((person) => personSchema.parse({ ...person, active: true })), delegations: delegations.map((delegation) => delegationSchema.parse(delegation)) };
}
