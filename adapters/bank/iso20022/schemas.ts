import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import { KontorError } from '../../../domain/errors.ts';
import type { PaymentFile } from '../../../domain/model/payment-order.ts';

/** Checks a file against the official schema of its format. @throws KontorError `payment-file-invalid` with the line */
export type SchemaCheck = (file: PaymentFile) => void;

/**
 * The schema of one format from a folder (`FORMAT.xsd`, also in a folder `pain` below it), read once. A folder that is named and does
 * not have it is refused: a check that silently is none would be worse than none.
 */
export function schemaCheck(folder: string, format: string): SchemaCheck {
  const path = [join(folder, `${format}.xsd`), join(folder, 'pain', `${format}.xsd`)].find((candidate) => existsSync(candidate));
  if (path === undefined) throw new KontorError('request-invalid', `the folder of schemas has no ${format}.xsd`, { place: { file: folder, path: 'bank.settings.schemas' } });
  const schema = XmlDocument.fromBuffer(readFileSync(path));
  const validator = XsdValidator.fromDoc(schema);
  return (file) => {
    const document = XmlDocument.fromString(file.text);
    try {
      validator.validate(document);
    } catch (error) {
      if (!(error instanceof XmlValidateError)) throw error;
      const [detail] = error.details;
      throw new KontorError('payment-file-invalid', `The schema of ${format} refuses the file: ${(detail?.message ?? error.message).trim().slice(0, 300)}`, { place: { line: detail?.line ?? 1 } });
    } finally {
      document.dispose();
    }
  };
}
