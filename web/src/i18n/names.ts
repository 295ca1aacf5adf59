// Every file of zh/ adds itself here (`declare module`), so that keys are known to the compiler and English is asked for.

/* eslint-disable-next-line typescript/no-empty-object-type */
export interface Texts {}

export type Lang = 'zh-CN' | 'en';

export type Namespace = keyof Texts & string;

type Dotted<T> = T extends string ? never : { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Dotted<T[K]>}` }[keyof T & string];

/** Keys of a namespace, as `group.key`. */
export type Key<N extends Namespace> = Dotted<Texts[N]>;

type Same<T> = { [K in keyof T]: T[K] extends string ? string : Same<T[K]> };

/** What en/<file>.ts has to hold: the keys of zh/<file>.ts, no more and no fewer. */
export type English<N extends Namespace> = Same<Texts[N]>;
