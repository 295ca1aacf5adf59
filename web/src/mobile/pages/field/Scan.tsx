import { useEffect, useRef, useState } from 'react';
import { useT } from '@/i18n';
import { Btn, Sheet, Strip, TextField } from '../../kit';

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}

const made = () => (globalThis as unknown as { BarcodeDetector?: new () => Detector }).BarcodeDetector;

/** How often the picture is looked at, milliseconds. */
const EVERY = 250;

interface Props {
  title: string;
  /** Why a code cannot be taken; nothing where it can. */
  check: (code: string) => string | undefined;
  onCode: (code: string) => void;
  onClose: () => void;
}

/** Codes by the camera where the phone can read them, typed in any case. */
export function Scan({ title, check, onCode, onClose }: Props) {
  const t = useT('phoneField');
  const video = useRef<HTMLVideoElement>(null);
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [blind, setBlind] = useState(made() === undefined);
  const take = useRef<(code: string) => boolean>(() => false);
  take.current = (code: string) => {
    const why = check(code);
    setWrong(why);
    if (why === undefined) onCode(code);
    return why === undefined;
  };
  useEffect(() => {
    const Reader = made();
    if (!Reader || !navigator.mediaDevices) {
      setBlind(true);
      return undefined;
    }
    let stream: MediaStream | undefined;
    let timer = 0;
    let gone = false;
    const begin = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      const screen = video.current;
      if (gone || !screen) return stop();
      screen.srcObject = stream;
      await screen.play();
      const reader = new Reader();
      const look = async () => {
        const found = await reader.detect(screen).catch(() => []);
        if (gone) return;
        if (found[0]) take.current(found[0].rawValue.trim());
        timer = window.setTimeout(() => void look(), found[0] ? EVERY * 4 : EVERY);
      };
      return look();
    };
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    begin().catch(() => setBlind(true));
    return () => {
      gone = true;
      clearTimeout(timer);
      stop();
    };
  }, []);
  return (
    <Sheet open title={title} onClose={onClose}>
      {blind ? (
        <p className="m-muted">{t('scan.blind')}</p>
      ) : (
        <video ref={video} muted playsInline aria-label={t('scan.camera')} style={{ width: '100%', borderRadius: 10 }} />
      )}
      {wrong && <Strip tone="bad">{wrong}</Strip>}
      <TextField label={t('scan.typed')} inputMode="text" autoComplete="off" value={typed} onChange={setTyped} />
      <Btn
        kind="main"
        wide
        blocked={typed.trim() === '' ? t('scan.missing') : undefined}
        onClick={() => take.current(typed.trim()) && setTyped('')}
      >
        {t('scan.add')}
      </Btn>
    </Sheet>
  );
}
