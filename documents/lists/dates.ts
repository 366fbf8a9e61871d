import type { BirthDate } from '../../domain/model/list-entry.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Reads a date of birth as lists write it: `1971`, `1971-05`, `1971-05-03`, `03 May 1971`, `May 1971`, `03/05/1971` (day first),
 * `circa 1960`, `1960 to 1965`, `00/00/1971`. Undefined when it is no date; 30 February is none (M11).
 */
export function readBirthDate(text: string, circa = false): BirthDate | undefined {
  const trimmed = text.trim().replace(/\.$/, '');
  const about = /^(circa|approximately|approx\.?|about|c\.|ca\.?)\s*/i.exec(trimmed);
  const rest = about ? trimmed.slice(about[0].length) : trimmed;
  const range = /^(.+?)\s+(?:to|-)\s+(.+)$/.exec(rest) ?? /^(\d{4})-(\d{4})$/.exec(rest);
  if (range) {
    const from = single(range[1]!);
    const to = single(range[2]!);
    return from && to && from.earliest <= to.latest ? { earliest: from.earliest, latest: to.latest, circa: circa || !!about } : undefined;
  }
  const date = single(rest);
  return date && { ...date, circa: circa || !!about };
}

function single(text: string): { earliest: string; latest: string } | undefined {
  const iso = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?$/.exec(text);
  if (iso) return span(Number(iso[1]), Number(iso[2] ?? 0), Number(iso[3] ?? 0));
  const words = /^(?:(\d{1,2})\s+)?([A-Za-z]{3,9})\.?\s+(\d{4})$/.exec(text);
  if (words) {
    const month = months.indexOf(words[2]!.slice(0, 3).toLowerCase()) + 1;
    return month === 0 ? undefined : span(Number(words[3]), month, Number(words[1] ?? 0));
  }
  const slashed = /^(\d{1,2}|dd)[/.](\d{1,2}|mm)[/.](\d{4})$/i.exec(text);
  return slashed ? span(Number(slashed[3]), Number(slashed[2]) || 0, Number(slashed[1]) || 0) : undefined;
}

/** Month or day 0 = not known. */
function span(year: number, month: number, day: number): { earliest: string; latest: string } | undefined {
  if (year < 1000 || year > 2999 || month > 12 || (month === 0 && day > 0)) return undefined;
  if (month === 0) return { earliest: iso(year, 1, 1), latest: iso(year, 12, 31) };
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day > last) return undefined;
  return day === 0 ? { earliest: iso(year, month, 1), latest: iso(year, month, last) } : { earliest: iso(year, month, day), latest: iso(year, month, day) };
}

function iso(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** A publisher's date in ISO or US form (`10/05/2023` is 5 October), to the day; undefined when it is none. */
export function readListDate(text: string | undefined, order: 'month-first' | 'day-first' = 'day-first'): string | undefined {
  const isoForm = /^(\d{4}-\d{2}-\d{2})/.exec(text?.trim() ?? '');
  if (isoForm) return isoForm[1];
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})/.exec(text?.trim() ?? '');
  if (slashed) {
    const [day, month] = order === 'day-first' ? [slashed[1], slashed[2]] : [slashed[2], slashed[1]];
    return span(Number(slashed[3]), Number(month), Number(day))?.earliest;
  }
  return single((text?.trim() ?? '').replace(/-/g, ' '))?.earliest;
}
