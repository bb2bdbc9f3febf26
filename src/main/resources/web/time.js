// Times, sizes and numbers as people read them, in their language and zone.
import { t } from './messages.js';

const language = () => document.documentElement.lang || 'en';
const DAY = 86_400;

/** The group of a chat list for a time in seconds: Today, Yesterday, … or a month. */
export function group(seconds, now = new Date()) {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime() / 1000;
  if (seconds >= midnight) return t('when.today');
  if (seconds >= midnight - DAY) return t('when.yesterday');
  if (seconds >= midnight - 7 * DAY) return t('when.week');
  if (seconds >= midnight - 30 * DAY) return t('when.month');
  return new Date(seconds * 1000).toLocaleDateString(language(), { year: 'numeric', month: 'long' });
}

/** "3 minutes ago"; seconds since 1970. */
export function ago(seconds) {
  if (!seconds) return '–';
  const past = Math.round(seconds - Date.now() / 1000);
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  const steps = [[60, 'second', 1], [3600, 'minute', 60], [DAY, 'hour', 3600], [30 * DAY, 'day', DAY], [365 * DAY, 'month', 30 * DAY]];
  const [, unit, size] = steps.find(([limit]) => -past < limit) ?? [0, 'year', 365 * DAY];
  return format.format(Math.round(past / size), unit);
}

/** The exact time, for a hover. */
export const exact = (seconds) =>
  seconds ? new Date(seconds * 1000).toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'short' }) : '';

/** "93 MB"; decimal units as the disk vendors and file managers use. */
export function bytes(n) {
  if (n === undefined || n === null) return '–';
  if (n < 1e3) return `${n.toLocaleString(language())} B`;
  const unit = n >= 1e9 ? ['GB', 1e9] : n >= 1e6 ? ['MB', 1e6] : ['kB', 1e3];
  return `${(n / unit[1]).toLocaleString(language(), { maximumSignificantDigits: 3 })} ${unit[0]}`;
}

export const number = (n, digits = 0) =>
  n === undefined || n === null ? '–' : n.toLocaleString(language(), { maximumFractionDigits: digits });
