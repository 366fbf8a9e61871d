/** Forms of tax ids by country prefix. Only the form is checked here; whether an id is registered is another question (T2). */
const forms: Record<string, RegExp> = {
  AT: /^U\d{8}$/, BE: /^[01]\d{9}$/, BG: /^\d{9,10}$/, CY: /^\d{8}[A-Z]$/, CZ: /^\d{8,10}$/, DE: /^\d{9}$/, DK: /^\d{8}$/, EE: /^\d{9}$/, EL: /^\d{9}$/, GR: /^\d{9}$/, ES: /^[A-Z0-9]\d{7}[A-Z0-9]$/,
  FI: /^\d{8}$/, FR: /^[A-HJ-NP-Z0-9]{2}\d{9}$/, HR: /^\d{11}$/, HU: /^\d{8}$/, IE: /^\d[A-Z0-9+*]\d{5}[A-Z]{1,2}$/, IT: /^\d{11}$/, LT: /^(\d{9}|\d{12})$/, LU: /^\d{8}$/, LV: /^\d{11}$/, MT: /^\d{8}$/,
  NL: /^[A-Z0-9+*]{10}\d{2}$/, PL: /^\d{10}$/, PT: /^\d{9}$/, RO: /^\d{2,10}$/, SE: /^\d{12}$/, SI: /^\d{8}$/, SK: /^\d{10}$/, XI: /^(\d{9}|\d{12}|(GD|HA)\d{3})$/,
  GB: /^(\d{9}|\d{12}|(GD|HA)\d{3})$/, NO: /^\d{9}(MVA)?$/, CH: /^E?\d{9}(MWST|TVA|IVA)?$/,
};

/** Upper case, letters and digits only; the form in which two ids are compared. */
export function plainTaxId(id: string): string {
  return id.normalize('NFKC').toUpperCase().replace(/[^A-Z0-9+*]/g, '');
}

/** Undefined for countries whose form is not known here. */
export function hasValidForm(id: string): boolean | undefined {
  const plain = plainTaxId(id);
  const form = forms[plain.slice(0, 2)];
  return form?.test(plain.slice(2));
}
