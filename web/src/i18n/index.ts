// Two languages. A namespace is a file, loaded when a page first asks for it.
import i18next, { type BackendModule } from 'i18next';
import { useCallback } from 'react';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Key, Lang, Namespace } from './names';
import commonZh from './zh/common';

export type { Lang, Namespace } from './names';

type Vars = Record<string, string | number>;

const KEPT = 'qudao.lang';

/** Files by their path below this folder, as `import.meta.glob` gives them: each build brings its own. */
export type TextFiles = Record<string, () => Promise<object>>;

const backend = (files: TextFiles): BackendModule => ({
  type: 'backend',
  init: () => undefined,
  read(lang, namespace, done) {
    const load = files[`./${lang === 'en' ? 'en' : 'zh'}/${namespace}.ts`];
    if (!load) return done(new Error(`no texts: ${lang}/${namespace}`), null);
    load().then(
      (texts) => done(null, texts),
      (error: Error) => done(error, null),
    );
  },
});

const kept = (): Lang => (localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh-CN');

const dress = (lang: Lang) => {
  document.documentElement.lang = lang;
};

/** Call once before the first page is drawn. */
export async function startTexts(files: TextFiles, namespaces: Namespace[] = []): Promise<void> {
  const lang = kept();
  dress(lang);
  await i18next
    .use(backend(files))
    .use(initReactI18next)
    .init({
      lng: lang,
      fallbackLng: false,
      supportedLngs: ['zh-CN', 'en'],
      load: 'currentOnly',
      ns: ['common', ...namespaces],
      defaultNS: 'common',
      partialBundledLanguages: true,
      resources: { 'zh-CN': { common: commonZh } },
      interpolation: { escapeValue: false },
      returnNull: false,
    });
}

export const currentLang = (): Lang => (i18next.language === 'en' ? 'en' : 'zh-CN');

/** Changes the language everywhere at once and keeps it for the next visit. */
export async function setLang(lang: Lang): Promise<void> {
  localStorage.setItem(KEPT, lang);
  dress(lang);
  await i18next.changeLanguage(lang);
}

/** Calls back when the language has changed. */
export function onLang(listener: () => void): void {
  i18next.on('languageChanged', listener);
}

/** The language on the page; drawing again when it changes. */
export function useLang(): Lang {
  const { i18n } = useTranslation('common');
  return i18n.language === 'en' ? 'en' : 'zh-CN';
}

/** A text outside of a component. The namespace must be loaded; `common` always is. */
export const text = <N extends Namespace>(namespace: N, key: Key<N>, vars?: Vars): string =>
  String(i18next.t(`${String(namespace)}:${String(key)}`, vars));

/** Texts of one namespace: `const t = useT('network'); t('outlets.title')`. */
export function useT<N extends Namespace>(namespace: N): (key: Key<N>, vars?: Vars) => string {
  const { t } = useTranslation(namespace);
  return useCallback((key: Key<N>, vars?: Vars) => String(t(key as string, vars ?? {})), [t]);
}

/** Words for a code of the server: `label('state', 'open')` reads key `state.open`, or shows the code where it is not known. */
export function useLabel<N extends Namespace>(namespace: N): (group: string, code: string) => string {
  const { t } = useTranslation(namespace);
  return useCallback((group: string, code: string) => String(t(`${group}.${code}`, { defaultValue: code })), [t]);
}

/** A pair of words written where it is used, as in navigation entries. */
export const pick = (lang: Lang, words: { zh: string; en: string }): string => (lang === 'en' ? words.en : words.zh);

/** The other language, and its own name for itself. */
export function useOtherLang(): { lang: Lang; name: string } {
  return useLang() === 'en' ? { lang: 'zh-CN', name: '中文' } : { lang: 'en', name: 'English' };
}

/** Both, each by its own name. */
export const languages = [
  { value: 'zh-CN', label: '中文' },
  { value: 'en', label: 'English' },
];
