//! Operations written as bytes: one that says which, and few that say with what. Any bytes are
//! operations, so a fuzzer may change them as it likes, and what fails is kept as a file.

use uasyncio_priority::entry::Level;
use uasyncio_priority::schedule::poll::{Interest, READ, WRITE};
use uasyncio_priority::tick::MAX_DELAY;

use super::model::OWNERS;
use super::pair::{ERR, HUP, Op, PRI, Pair, Who};
use Level::{High, Low, Normal};

/// Ticks shortly before each wrap that somebody could see, and zero.
pub const STARTS: [u32; 5] = [0, (1 << 30) - 7, (1 << 31) - 7, u32::MAX - 6, (3 << 30) - 7];

/// What a stream may be found to be.
const FOUND: [u32; 8] = [
    0,
    READ,
    WRITE,
    READ | WRITE,
    ERR,
    READ | HUP,
    PRI,
    0x8000 | WRITE,
];

/// Reads operations.
#[derive(Debug)]
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// The operations in these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next byte, 0 behind the end.
    fn byte(&mut self) -> u8 {
        match self.0 {
            [first, rest @ ..] => {
                self.0 = rest;
                *first
            }
            [] => 0,
        }
    }

    fn word(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// Where a case's clock starts.
    fn start(&mut self) -> u32 {
        match self.byte() {
            n if usize::from(n) < STARTS.len() => STARTS[usize::from(n)],
            n if n < 128 => STARTS[usize::from(n) % STARTS.len()].wrapping_sub(u32::from(n)),
            _ => self.word(),
        }
    }

    fn level(&mut self) -> Level {
        [High, Normal, Low][usize::from(self.byte() % 3)]
    }

    fn own_or(&mut self) -> Option<Level> {
        [None, Some(High), Some(Normal), Some(Low)][usize::from(self.byte() % 4)]
    }

    fn list(&mut self) -> usize {
        usize::from(self.byte()) % OWNERS
    }

    fn who(&mut self) -> Who {
        match self.byte() {
            0..64 => Who::Last,
            n @ 64..240 => Who::Any(usize::from(n - 64)),
            240..254 => Who::Any(176 + usize::from(self.byte())),
            _ => Who::Any(self.word() as usize),
        }
    }

    fn delay(&mut self) -> u32 {
        match self.byte() {
            0..64 => 0,
            n @ 64..192 => 1 + u32::from(n - 64) / 16,
            n @ 192..224 => u32::from(n - 192) * 8,
            n @ 224..240 => MAX_DELAY - 12 + u32::from(n - 224),
            n @ 240..252 => 1 << (n - 240 + 20),
            _ => self.word(),
        }
    }

    /// How far a deadline is away: most often few ms, so that some are equal, and some over.
    fn until(&mut self) -> i32 {
        match self.byte() {
            n @ 0..192 => i32::from(n % 12) - 3,
            n @ 192..240 => i32::from(n - 192) * 4,
            n @ 240..252 => MAX_DELAY as i32 - 251 + i32::from(n),
            _ => -((self.word() >> 16) as i32),
        }
    }

    /// How much time passes: most often little, else near a wrap.
    fn passes(&mut self) -> u64 {
        match self.byte() {
            n @ 0..160 => u64::from(n % 8),
            n @ 160..208 => u64::from(n - 160) * 4,
            n @ 208..224 => (1 << 30) - 208 + u64::from(n) - 8,
            n @ 224..240 => (1 << 32) - 224 + u64::from(n) - 8,
            _ => u64::from(self.word()),
        }
    }

    /// Few streams, so that tasks meet at them.
    fn interest(&mut self) -> Interest {
        let bits = self.byte();
        let key = match bits >> 4 {
            15 => self.word() as usize,
            key => usize::from(key % 5),
        };
        Interest {
            events: if bits & 1 == 0 { READ } else { WRITE },
            fd: bits & 2 != 0,
            fast: bits & 0xc == 0xc,
            key,
            number: key as u32 % 3, // some streams have the same
        }
    }

    fn found(&mut self) -> u32 {
        FOUND[usize::from(self.byte()) % FOUND.len()]
    }

    fn four(&mut self) -> [u32; 4] {
        let bits = self.word();
        [0, 8, 16, 24].map(|shift| FOUND[(bits >> shift & 7) as usize])
    }

    /// The next operation.
    fn op(&mut self) -> Op {
        match self.byte() {
            0..28 => {
                let byte = self.byte();
                Op::Create([High, Normal, Low][usize::from(byte % 3)], byte < 128)
            }
            28..30 => Op::CreateMany(u32::from(self.byte() % 60)),
            30..42 => Op::Free(self.who()),
            42..44 => Op::FreeMany(self.byte().into(), u32::from(self.byte() % 80)),
            44..64 => Op::Schedule(self.who(), self.own_or(), self.delay()),
            64..71 => {
                let (who, n) = (self.who(), self.byte());
                match n {
                    0..112 => Op::Acquire(who, n.into()),
                    _ => Op::Lock(who, n.into()),
                }
            }
            71 => Op::TryAcquire(self.byte().into()),
            72..76 => match self.byte() {
                n @ 0..112 => Op::Release(n.into()),
                n @ 112..248 => Op::Unlock(n.into()),
                n => Op::ForgetLock(n.into()),
            },
            76 => Op::Refuse(self.who()),
            77..80 => {
                let (who, bits) = (self.who(), self.byte());
                let (flag, clears) = (usize::from(bits & 63), bits & 64 == 0);
                let (parks, urgent) = (bits & 48 == 0, bits & 24 == 8);
                Op::WaitFlag(who, flag, bits >= 192, clears, parks, urgent)
            }
            80..82 => {
                let bits = self.byte();
                let flag = usize::from(bits & 63);
                match bits >> 6 {
                    0 => Op::Lower(flag),
                    1 => Op::SetFlag(flag),
                    2 => Op::WakeFlag(flag),
                    _ => Op::WakeMost(usize::from(bits & 15) % OWNERS, None, self.byte().into()),
                }
            }
            82 => Op::TakeFlags(u32::from(self.byte() % 5)),
            83 => {
                let bits = self.byte();
                let (who, awaits) = (self.who(), bits & 1 == 0);
                match bits >> 5 {
                    0 => Op::Arm(who, self.delay()),
                    1 => Op::CallBack(who, self.who()),
                    2 => Op::Rouse(who, awaits, None),
                    3 | 4 => Op::Rouse(who, awaits, Some(self.who())),
                    _ => Op::Revive(who, awaits, self.own_or(), self.delay()),
                }
            }
            84..90 => {
                let (who, level, delay) = (self.who(), self.own_or(), self.delay());
                Op::ScheduleFrom(who, level, delay, u64::from(self.byte() % 9))
            }
            90..102 => Op::When(self.who()),
            102..108 => Op::Answer(self.who(), self.byte() & 1 != 0),
            108..128 => Op::WaitStream(self.who(), self.interest()),
            128..132 => Op::Found(self.who(), self.found()),
            132..136 => Op::FoundFds(self.four()),
            136 => Op::TakeTable,
            137 => Op::TurnAway(self.byte().into(), self.interest()),
            138..140 => Op::FoundTable(self.four()),
            140..144 => Op::Unqueue(self.who()),
            144 => Op::Clear,
            145..152 => Op::Park(self.who(), self.list()),
            152..158 => Op::Join(self.who(), self.who()),
            158..161 => Op::WakeJoiner(self.who()),
            161..167 => Op::Wake(self.list(), self.own_or()),
            167..169 => Op::Forget(self.list()),
            169 => Op::Hold(Who::Last, false),
            170 => Op::Hold(self.who(), false),
            171 => Op::Hold(self.who(), true),
            172..180 => Op::Cancel(self.who()),
            180..185 => Op::SetLevel(self.who(), self.level()),
            185..188 => Op::SetMaxOverdue(match self.byte() {
                n @ 0..250 => u32::from(n % 8),
                _ => self.word(),
            }),
            188..202 => Op::Pass(self.passes()),
            202..208 => Op::Idle,
            208..213 => Op::Next,
            213..217 => Op::Raise(self.byte().into()),
            217..226 => Op::Again(self.own_or()),
            226..246 => Op::Step(self.byte()),
            246..249 => {
                let bits = self.byte();
                match bits {
                    0..192 => Op::SetDeadline(self.who(), bits.into(), self.until()),
                    _ => Op::EndDeadline(bits.into()),
                }
            }
            249..252 => {
                let bits = self.byte();
                Op::Post(u32::from(bits % 20), bits & 128 != 0)
            }
            252..255 => Op::Take(u32::from(self.byte() % 20)),
            255 => Op::ClearMail,
        }
    }
}

impl Iterator for Bytes<'_> {
    type Item = Op;

    fn next(&mut self) -> Option<Op> {
        (!self.0.is_empty()).then(|| self.op())
    }
}

/// Plays a case, with a check after each operation and all run to its end; how many operations.
pub fn play(bytes: &[u8]) -> usize {
    let mut bytes = Bytes::new(bytes);
    let mut pair = Pair::new(bytes.start());
    let mut count = 0;
    for op in bytes {
        pair.apply(&op);
        pair.check();
        count += 1;
    }
    pair.finish();
    count
}

/// A small generator, the same numbers on every run.
#[derive(Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number below this one.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 33) as u32) % bound
    }

    /// As many bytes.
    pub fn bytes(&mut self, count: u32) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }
}
