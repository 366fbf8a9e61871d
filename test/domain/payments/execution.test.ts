import { describe, expect, it } from 'vitest';
import { cutOffOn, earliestExecution, silenceEnds, type CutOff } from '../../../domain/rules/payments/execution.ts';

/** Berlin with its summer time, as `policies/calendars/germany.yaml` writes it. */
const berlin: CutOff['zone'] = {
  standard: 60,
  daylight: { minutes: 120, from: { month: 3, weekday: 7, occurrence: 'last', at: '01:00', clock: 'utc' }, to: { month: 10, weekday: 7, occurrence: 'last', at: '01:00', clock: 'utc' } },
};
const german: CutOff = { at: '15:00', zone: berlin, system: 't2' };
const american: CutOff = { at: '16:00', zone: { standard: -300 }, system: 'fed' };
const newYork: CutOff = { ...american, zone: 'America/New_York' };

describe('P11: the first day on which the bank executes what is sent now', () => {
  it.each<[string, CutOff, string, string]>([
    // Tuesday 24 November 2026, winter: 15:00 there is 14:00 of UTC.
    ['in the morning', german, '2026-11-24T07:00:00.000Z', '2026-11-24'],
    ['in the last minute', german, '2026-11-24T13:59:00.000Z', '2026-11-24'],
    ['in the last millisecond', german, '2026-11-24T13:59:59.999Z', '2026-11-24'],
    ['at the cut-off', german, '2026-11-24T14:00:00.000Z', '2026-11-25'],
    ['half a minute later', german, '2026-11-24T14:00:30.000Z', '2026-11-25'],
    ['at night, while UTC still has the day before', german, '2026-11-24T23:30:00.000Z', '2026-11-25'],
    // Tuesday 2 June 2026, summer: 15:00 there is 13:00 of UTC.
    ['in summer, in the last minute', german, '2026-06-02T12:59:59.000Z', '2026-06-02'],
    ['in summer, at the cut-off', german, '2026-06-02T13:00:00.000Z', '2026-06-03'],
    ['on Friday after the cut-off', german, '2026-11-20T14:00:00.000Z', '2026-11-23'],
    ['on Saturday', german, '2026-11-21T07:00:00.000Z', '2026-11-23'],
    ['on Sunday at noon', german, '2026-11-22T11:00:00.000Z', '2026-11-23'],
    ['before Easter, after the cut-off', german, '2026-04-02T14:00:00.000Z', '2026-04-07'],
    ['on Good Friday, which T2 keeps', german, '2026-04-03T08:00:00.000Z', '2026-04-07'],
    ['on Good Friday, which the Fed does not keep', american, '2026-04-03T15:00:00.000Z', '2026-04-03'],
    ['in New York before four', american, '2026-11-24T20:59:00.000Z', '2026-11-24'],
    ['in New York at four', american, '2026-11-24T21:00:00.000Z', '2026-11-25'],
    ['in New York on the evening before Thanksgiving', american, '2026-11-25T23:00:00.000Z', '2026-11-27'],
    ['on the last day of a year, after the cut-off', german, '2026-12-31T14:00:00.000Z', '2027-01-04'],
    ['on the last day of a month, after the cut-off', german, '2026-11-30T14:00:00.000Z', '2026-12-01'],
    ['on the last working day of a month that ends at a weekend, before Labour Day', german, '2028-04-28T13:00:00.000Z', '2028-05-02'],
    ['before a leap day, after the cut-off', german, '2028-02-28T14:00:00.000Z', '2028-02-29'],
    ['on a leap day, in the last millisecond', german, '2028-02-29T13:59:59.999Z', '2028-02-29'],
    ['on a leap day, at the cut-off', german, '2028-02-29T14:00:00.000Z', '2028-03-01'],
    ['at the end of a February without one', german, '2027-02-26T14:00:00.000Z', '2027-03-01'],
    ['on the last Friday before summer time, at the cut-off', german, '2028-03-24T14:00:00.000Z', '2028-03-27'],
    ['on the first Monday of summer time, in the last millisecond', german, '2028-03-27T12:59:59.999Z', '2028-03-27'],
    ['on the first Monday of summer time, at the cut-off', german, '2028-03-27T13:00:00.000Z', '2028-03-28'],
    ['on the last Friday of summer time, at the cut-off', german, '2028-10-27T13:00:00.000Z', '2028-10-30'],
    ['on the first Monday after summer time, in the last millisecond', german, '2028-10-30T13:59:59.999Z', '2028-10-30'],
    ['on the first Monday after summer time, at the cut-off', german, '2028-10-30T14:00:00.000Z', '2028-10-31'],
    ['in New York on the last Friday of winter', newYork, '2028-03-10T21:00:00.000Z', '2028-03-13'],
    ['in New York on the first Monday of summer time', newYork, '2028-03-13T20:00:00.000Z', '2028-03-14'],
  ])('%s', (_, cutOff, now, day) => expect(earliestExecution(cutOff, now)).toBe(day));

  it('a zone may be a name of the time zone database, too', () => {
    expect(earliestExecution({ ...german, zone: 'Europe/Berlin' }, '2026-06-02T12:59:59.000Z')).toBe('2026-06-02');
    expect(earliestExecution({ ...german, zone: 'Europe/Berlin' }, '2026-06-02T13:00:00.000Z')).toBe('2026-06-03');
  });

  it.each([
    ['2026-11-24', '2026-11-24T14:00:00.000Z'],
    ['2026-06-02', '2026-06-02T13:00:00.000Z'],
    ['2028-02-29', '2028-02-29T14:00:00.000Z'],
    ['2028-03-24', '2028-03-24T14:00:00.000Z'],
    ['2028-03-27', '2028-03-27T13:00:00.000Z'],
    ['2028-10-30', '2028-10-30T14:00:00.000Z'],
  ])('the cut-off of %s is the first moment that misses it', (day, moment) => {
    expect(cutOffOn(german, day)).toBe(moment);
    expect(earliestExecution(german, moment) > day).toBe(true);
    expect(earliestExecution(german, new Date(Date.parse(moment) - 1).toISOString())).toBe(day);
  });
});

describe('P8: silence of the bank counts from the day on which it executes', () => {
  const ends = (requestedOn: string, sentAt: string | undefined, businessDays = 1) => silenceEnds(german, { requestedOn, sentAt }, businessDays);

  it.each<[string, string, string | undefined, number, string]>([
    ['sent in time', '2026-11-24', '2026-11-24T10:00:00.000Z', 1, '2026-11-25T14:00:00.000Z'],
    ['two days of patience', '2026-11-24', '2026-11-24T10:00:00.000Z', 2, '2026-11-26T14:00:00.000Z'],
    ['sent after the cut-off', '2026-11-24', '2026-11-24T14:00:00.000Z', 1, '2026-11-26T14:00:00.000Z'],
    ['sent days later', '2026-11-24', '2026-11-27T10:00:00.000Z', 1, '2026-11-30T14:00:00.000Z'],
    ['sent days later, on a Saturday', '2026-11-24', '2026-11-28T10:00:00.000Z', 1, '2026-12-01T14:00:00.000Z'],
    ['asked for a later day', '2026-11-26', '2026-11-24T10:00:00.000Z', 1, '2026-11-27T14:00:00.000Z'],
    ['over Easter', '2026-04-02', '2026-04-02T10:00:00.000Z', 1, '2026-04-07T13:00:00.000Z'],
    ['when it was sent is not known', '2026-11-24', undefined, 1, '2026-11-25T14:00:00.000Z'],
  ])('%s', (_, requestedOn, sentAt, days, end) => expect(ends(requestedOn, sentAt, days)).toBe(end));

  it('never ends before the file is sent', () => {
    for (let hour = 0; hour < 24 * 14; hour += 1) {
      const sentAt = new Date(Date.UTC(2026, 10, 20, hour)).toISOString();
      expect(ends('2026-11-20', sentAt) > sentAt).toBe(true);
    }
  });
});
