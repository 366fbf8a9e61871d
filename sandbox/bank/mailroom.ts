import type { OutgoingMessage, Post } from './model.ts';
import { ruleFor, type BankState } from './state.ts';

/** The kinds of messages in the bank's words. */
export type MessageKind = 'pain.002' | 'camt.054' | 'camt.053' | 'pacs.004' | 'nacha.return';

export interface Mailroom {
  /** Numbers a message, has it written with its number, and puts it out as the rules say: at once, late, several times. */
  send(account: string, kind: MessageKind, write: (messageId: string) => string): void;
}

/** Puts messages into the record of what they tell, so that they are kept or lost together with it. */
export function createMailroom(state: BankState, post: Post): Mailroom {
  return {
    send(account, kind, write) {
      const id = nextId();
      const message: OutgoingMessage = { id, account, kind, text: write(id) };
      const concerned = (rule: { messages: string; debtorAccount?: string }) => rule.messages === kind && (rule.debtorAccount === undefined || rule.debtorAccount === account);
      const repeat = noted(ruleFor(state, 'repeat', concerned, post.used));
      const copies = Array.from({ length: repeat?.copies ?? 0 }, () => ({ ...message, id: repeat?.id === 'new' ? nextId() : id }));
      const late = noted(ruleFor(state, 'late', concerned, post.used));
      if (late) post.tasks.push({ at: post.at + late.minutes * 60_000, due: { kind: 'deliver', messages: [message, ...copies] } });
      else post.messages.push(message, ...copies);
    },
  };

  function nextId(): string {
    post.numbered += 1;
    return `MSG-${String(post.numbered).padStart(8, '0')}`;
  }

  function noted<B>(found: { id: number; behaviour: B } | undefined): B | undefined {
    if (found) post.used.push(found.id);
    return found?.behaviour;
  }
}
