import { holds, signOut, useMe } from '@/api/me';
import { currentLang, languages, setLang, useT, type Lang } from '@/i18n';
import { Btn, Card, List, ListItem, Page, Segments } from '../../kit';
import { setAppearance, useAppearance, type Size, type Theme } from '../../prefs';

/** Who one is, language, appearance, the way out. */
export default function MinePage() {
  const t = useT('phone');
  const me = useMe();
  const { theme, size } = useAppearance();
  const leave = async () => {
    await signOut();
    location.assign('/m/');
  };
  return (
    <Page title={t('mine.title')}>
      <Card title={me.name}>
        {me.roles.map((role) => (
          <p key={`${role.role}${role.over}`} className="m-muted">
            {[role.title, role.over_name].filter(Boolean).join(' · ')}
          </p>
        ))}
      </Card>
      <Card title={t('mine.lang')}>
        <Segments label={t('mine.lang')} value={currentLang()} onChange={(lang) => void setLang(lang as Lang)} options={languages} />
      </Card>
      <Card title={t('mine.theme')}>
        <Segments
          label={t('mine.theme')}
          value={theme}
          onChange={(value) => setAppearance({ theme: value as Theme })}
          options={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: t(`mine.${value}`) }))}
        />
      </Card>
      <Card title={t('mine.size')}>
        <Segments
          label={t('mine.size')}
          value={size}
          onChange={(value) => setAppearance({ size: value as Size })}
          options={(['normal', 'large'] as const).map((value) => ({ value, label: t(`mine.${value}`) }))}
        />
      </Card>
      {holds(me, ['price.read', 'agreement.read', 'recruit.read']) && (
        <List label={t('mine.work')}>
          {holds(me, 'price.read') && <ListItem title={t('mine.prices')} to="/prices" />}
          {holds(me, 'agreement.read') && <ListItem title={t('mine.agreements')} to="/agreements" />}
          {holds(me, 'recruit.read') && <ListItem title={t('mine.recruit')} to="/recruiting" />}
        </List>
      )}
      <List label={t('mine.account')}>
        <ListItem title={t('password.change')} to="/mine/password" />
      </List>
      <a className="m-btn" href="/">
        {t('mine.console')}
      </a>
      <Btn kind="bad" wide onClick={() => void leave()}>
        {t('mine.signOut')}
      </Btn>
    </Page>
  );
}
