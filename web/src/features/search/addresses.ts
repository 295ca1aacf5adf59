// Where a found record opens.
const PLACES: Record<string, (code: string) => string> = {
  partner: (code) => `/partners/${encodeURIComponent(code)}`,
  outlet: (code) => `/outlets/${encodeURIComponent(code)}`,
  clerk: (code) => `/clerks?id=${encodeURIComponent(code)}`,
  statement: (code) => `/statements/${code.split('/').map(encodeURIComponent).join('/')}`,
  policy: (code) => `/policies/${encodeURIComponent(code)}`,
};

export const addressOf = (kind: string, code: string): string => PLACES[kind]?.(code) ?? '/';
