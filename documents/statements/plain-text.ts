/** The trimmed text, or undefined for what banks write where nothing was given. */
export function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim().replace(/\/+$/, '');
  return trimmed && !/^(NONREF|NOTPROVIDED|NOT PROVIDED)$/i.test(trimmed) ? trimmed : undefined;
}

const folded = /\s\s|[^\S ]/;

export function plain(text: string): string {
  return (folded.test(text) ? text.replace(/\s+/g, ' ') : text).trim();
}
