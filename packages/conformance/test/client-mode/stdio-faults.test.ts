import { describeFaults } from './caught.js';

describeFaults('stdio');
