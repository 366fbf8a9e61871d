import { z } from 'zod';

/** Query members of every list: pages follow a cursor that stays right while rows arrive. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'Rows a page' }),
  cursor: z.string().min(1).max(500).optional().meta({ description: '`next` of the page before' }),
};

export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}
