/**
 * The sandbox bank books at once what comes before its cut-off on a bank day, so that a run on a Monday morning would be another one than on a Sunday.
 * Whatever day and hour it is: what is sent from now on is booked on a later day of the bank, and not before somebody lets its days pass.
 */
export async function holdBankBehindCutOff(sandboxUrl: string, now = new Date()): Promise<void> {
  const today = `${now.toISOString().slice(0, 10)}T16:00:00.000Z`;
  const to = now.toISOString() < today ? today : new Date(Date.parse(today) + 86_400_000).toISOString();
  const answer = await fetch(`${sandboxUrl}/_sandbox/bank/advance`, { method: 'POST', body: JSON.stringify({ to }) });
  if (!answer.ok) throw new Error(`the sandbox bank does not move its clock: ${await answer.text()}`);
}
