import { IntercompanyItems, matchItems, type ItemDifference } from '../../domain/rules/group/intercompany-items.ts';
import { money, toDecimalText } from '../../domain/rules/money.ts';
import { readGroupFiles, streamGroupBooks } from './group-files.ts';
import { csv, jsonLine, print, reportProblems, table } from './output.ts';

const header = ['pair', 'reference', 'cause', 'owner', 'difference', 'true part', 'rate part', 'booked', 'cleared on'];

/** Business within the group on which two companies do not agree, item by item. Exit code 1 while there is any. */
export async function printIntercompany(file: string, format: string): Promise<number> {
  const files = await readGroupFiles(file);
  const items = new IntercompanyItems(files.context.chart, files.context.range);
  const wrong = await streamGroupBooks(files, (line) => items.add(line), 'all');
  if (wrong.count > 0) {
    reportProblems(wrong);
    return 1;
  }
  const { within, after } = items.list();
  const { matched, differences } = files.located(() => matchItems(within, after, files.policy, files.context));
  const text = (minor: bigint): string => toDecimalText(money(files.group.currency, minor));
  const cells = differences.map((each) => [each.pair.join(' '), each.reference, each.cause, each.owner, text(each.total), text(each.truePart), text(each.ratePart), bookedOf(each), each.clearedOn ?? '']);
  if (format === 'json') for (const difference of differences) print(jsonLine({ kind: 'intercompany-item', ...difference }));
  else print(format === 'csv' ? csv(header, cells) : table(header, cells));
  process.stderr.write(`${matched} agree, ${differences.length} do not\n`);
  return differences.length === 0 ? 0 : 1;
}

function bookedOf({ items }: ItemDifference): string {
  return items.map(({ entity, account, date, currency, amount }) => `${entity} ${account} ${date} ${toDecimalText(money(currency, amount))} ${currency}`).join('; ');
}
