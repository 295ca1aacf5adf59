// Vite serves what lies below its root; the pages themselves are in src.
import '../src/mobile/main';
