import { Button, Modal, Space } from 'antd';
import { useEffect, useEffectEvent } from 'react';
import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime, instant } from '@/shared/format/time';
import { photoAt } from './data';

type Whole = Schema<'VisitWhole'>;
type Photo = Schema<'VisitPhoto'>;

/** The lines of a photo's watermark: when, where, who, and how far from the outlet. */
function useMark(whole: Whole): (photo: Photo) => string[] {
  const t = useT('field');
  const label = useLabel('field');
  return (photo) => {
    const point = whole.track.find((one) => one.what === 'photo' && one.at_us === photo.taken_us);
    const place =
      photo.lat_e6 === null || photo.lon_e6 === null
        ? t('noPosition')
        : `${(photo.lat_e6 / 1e6).toFixed(6)}, ${(photo.lon_e6 / 1e6).toFixed(6)}`;
    const near = [
      point?.accuracy_m === null || point?.accuracy_m === undefined ? '' : t('accuracyOf', { metres: point.accuracy_m }),
      point?.distance_m === null || point?.distance_m === undefined ? '' : t('distanceOf', { metres: point.distance_m }),
    ];
    const outlet = photo.outlet === whole.site.outlet ? `${whole.site.name} ${photo.outlet}` : photo.outlet || t('noMark');
    return [
      `${photo.taken_us === null ? '—' : dateTime(instant(photo.taken_us))} · ${whole.line.manager_name}`,
      outlet,
      [place, ...near].filter(Boolean).join(' · '),
      `${label('photoOf', photo.of)} · ${t(photo.live ? 'photoLive' : 'photoAlbum')}`,
    ];
  };
}

interface Props {
  whole: Whole;
  /** The one that is open. */
  open: string | undefined;
  onOpen: (sha256: string | undefined) => void;
}

/** Photos of a visit; each opens in the viewer with what its phone says of it. */
export function Photos({ whole, onOpen }: Omit<Props, 'open'>) {
  const t = useT('field');
  const label = useLabel('field');
  const mark = useMark(whole);
  if (whole.photos.length === 0) return <p className="muted">{t('noPhotos')}</p>;
  return (
    <ul className="photos">
      {whole.photos.map((photo, at) => (
        <li key={photo.sha256}>
          {photo.here ? (
            <button type="button" onClick={() => onOpen(photo.sha256)}>
              <img
                src={photoAt(whole.line.id, photo.sha256)}
                alt={t('photoNo', { number: at + 1, of: label('photoOf', photo.of) })}
                loading="lazy"
              />
              <span className="said">
                {label('photoOf', photo.of)}
                <span className="muted" style={{ display: 'block' }}>
                  {mark(photo)[0]}
                </span>
              </span>
            </button>
          ) : (
            <p className="muted">{t('photoMissing', { of: label('photoOf', photo.of) })}</p>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A photo at full size; the arrow keys go through the others. */
export function Viewer({ whole, open, onOpen }: Props) {
  const t = useT('field');
  const label = useLabel('field');
  const mark = useMark(whole);
  const here = whole.photos.filter((photo) => photo.here);
  const at = here.findIndex((photo) => photo.sha256 === open);
  const photo = here[at];
  const go = (step: number) => onOpen(here[(at + step + here.length) % here.length]?.sha256);
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (!photo) return;
    if (event.key === 'ArrowLeft') go(-1);
    if (event.key === 'ArrowRight') go(1);
  });
  useEffect(() => {
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return (
    <Modal
      open={photo !== undefined}
      width={960}
      title={photo && t('photoNo', { number: at + 1, of: label('photoOf', photo.of) })}
      onCancel={() => onOpen(undefined)}
      footer={
        <Space>
          <Button disabled={here.length < 2} onClick={() => go(-1)}>
            {t('photoBefore')}
          </Button>
          <span className="muted" aria-live="polite">{`${at + 1} / ${here.length}`}</span>
          <Button disabled={here.length < 2} onClick={() => go(1)}>
            {t('photoAfter')}
          </Button>
        </Space>
      }
      destroyOnHidden
    >
      {photo && (
        <figure className="viewer">
          <img src={photoAt(whole.line.id, photo.sha256)} alt={label('photoOf', photo.of)} />
          <figcaption>
            {mark(photo).map((line) => (
              <div key={line}>{line}</div>
            ))}
          </figcaption>
        </figure>
      )}
    </Modal>
  );
}

/** A button that opens the first of some photos. */
export function PhotoButton({ files, name, onOpen }: { files: string[]; name: string; onOpen: (sha256: string) => void }) {
  const t = useT('field');
  const [first] = files;
  if (!first) return null;
  return (
    <Button
      type="link"
      size="small"
      style={{ padding: 0 }}
      aria-label={`${t('photosOf', { count: files.length })} ${name}`}
      onClick={() => onOpen(first)}
    >
      {t('photosOf', { count: files.length })}
    </Button>
  );
}
