import { describeFaults } from './caught.js';

describeFaults('streamable-http');
