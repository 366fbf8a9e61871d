import { placeOf, type XmlNode } from '../xml/node.ts';
import { embeddedFile, type EmbeddedFile } from './draft.ts';

/** Where the standards put supporting documents; the syntax readers take them from there. */
const regularParents = /^(Attachment\/AdditionalDocumentReference\/(SelfBilled)?(Invoice|CreditNote)|AdditionalReferencedDocument\/ApplicableHeaderTradeAgreement\/SupplyChainTradeTransaction)$/;

/**
 * Embedded files anywhere else: at a line, at a preceding invoice, in an extension. They are no part of the canonical invoice,
 * but their bytes are taken out and judged like every other attachment.
 */
export function strayFilesIn(root: XmlNode): EmbeddedFile[] {
  return root.children.flatMap((node) => [...(isStray(node) ? [strayFile(node)] : []), ...strayFilesIn(node)]);
}

function isStray(node: XmlNode): boolean {
  if (!/^(EmbeddedDocument|Attachment)BinaryObject$/.test(node.name) || node.text.trim() === '') return false;
  const parent = node.parent;
  return !regularParents.test([parent?.name, parent?.parent?.name, parent?.parent?.parent?.name].join('/'));
}

function strayFile(node: XmlNode): EmbeddedFile {
  return embeddedFile({ id: node.attributes['filename']?.trim() || (placeOf(node).path ?? node.name), content: node });
}
