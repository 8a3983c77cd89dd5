//! From the interrupt to the task, on embassy-executor: instructions from the one in an interrupt that sets a `Signal` to the
//! first line behind the task's `signal.wait().await`, beside tasks that are always ready. `benchmarks/irq.py` is the same on
//! our loop and on stock asyncio.
//!
//! On the Cortex-M4F in QEMU, with an instruction a nanosecond, TIM2 counts instructions. Prints a line for each number of tasks:
//! the shortest, the median, the longest of 60. The interrupts come at instants spread over a task's step.

#![no_std]
#![no_main]

use cortex_m as _; // the critical section

use core::arch::asm;
use core::future::poll_fn;
use core::ptr::{addr_of_mut, read_volatile, write_volatile};
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::Poll;

use embassy_executor::{Executor, Spawner};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::signal::Signal;

const SAMPLES: usize = 60;
const BESIDE: [usize; 3] = [0, 10, 200];
const CLOCK_MHZ: u32 = 168;

const RCC_APB1ENR: *mut u32 = 0x4002_3840 as *mut u32;
const TIM2_CR1: *mut u32 = 0x4000_0000 as *mut u32;
const TIM2_EGR: *mut u32 = 0x4000_0014 as *mut u32;
const TIM2_CNT: *mut u32 = 0x4000_0024 as *mut u32;
const TIM2_ARR: *mut u32 = 0x4000_002c as *mut u32;
const SYST_CSR: *mut u32 = 0xe000_e010 as *mut u32;
const SYST_RVR: *mut u32 = 0xe000_e014 as *mut u32;
const SYST_CVR: *mut u32 = 0xe000_e018 as *mut u32;
const CPACR: *mut u32 = 0xe000_ed88 as *mut u32;

static SIGNAL: Signal<CriticalSectionRawMutex, ()> = Signal::new();
static SET_AT: AtomicU32 = AtomicU32::new(0);

fn counts() -> u32 {
    unsafe { read_volatile(TIM2_CNT) }
}

/// An interrupt after so many counts.
fn alarm(counts: u32) {
    unsafe {
        write_volatile(SYST_RVR, counts / 1000 * CLOCK_MHZ);
        write_volatile(SYST_CVR, 0);
        write_volatile(SYST_CSR, 7);
    }
}

extern "C" fn systick() {
    unsafe { write_volatile(SYST_CSR, 0) };
    SET_AT.store(counts(), Ordering::Relaxed);
    SIGNAL.signal(());
}

/// Gives the others a turn.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

#[embassy_executor::task(pool_size = 200)]
async fn busy() {
    loop {
        yield_now().await;
    }
}

#[embassy_executor::task]
async fn measure(spawner: Spawner) {
    let mut running = 0;
    for n in BESIDE {
        while running < n {
            spawner.spawn(busy()).unwrap();
            running += 1;
        }
        let mut times = [0; SAMPLES];
        for (i, time) in times.iter_mut().enumerate() {
            yield_now().await;
            alarm(60_000 + 1037 * i as u32);
            SIGNAL.wait().await;
            *time = counts().wrapping_sub(SET_AT.load(Ordering::Relaxed));
        }
        times.sort_unstable();
        for figure in [n as u32, times[0], times[SAMPLES / 2], times[SAMPLES - 1]] {
            print(figure);
        }
        semihosting(3, b"\n".as_ptr() as usize);
    }
    semihosting(0x18, 0x20026); // the end, and all is well
}

/// A number and a space.
fn print(mut figure: u32) {
    let mut text = *b"           \0";
    let mut at = text.len() - 2;
    loop {
        at -= 1;
        text[at] = b'0' + (figure % 10) as u8;
        figure /= 10;
        if figure == 0 {
            break;
        }
    }
    semihosting(4, text[at..].as_ptr() as usize);
}

/// Asks QEMU for something.
fn semihosting(what: u32, argument: usize) {
    unsafe { asm!("bkpt 0xab", inout("r0") what => _, in("r1") argument) };
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    semihosting(0x18, 0x20023);
    loop {}
}

extern "C" fn fault() {
    semihosting(0x18, 0x20023);
}

#[repr(C)]
struct Vectors(extern "C" fn() -> !, [extern "C" fn(); 14]);

#[link_section = ".vectors"]
#[used]
static VECTORS: Vectors = {
    let mut others = [fault as extern "C" fn(); 14];
    others[13] = systick;
    Vectors(reset, others)
};

extern "C" {
    static mut _data_start: u8;
    static mut _data_end: u8;
    static mut _data_load: u8;
}

#[no_mangle]
extern "C" fn reset() -> ! {
    unsafe {
        // The FPU first. The RAM of a machine that QEMU begins is zero.
        write_volatile(CPACR, 0xf << 20);
        let length = addr_of_mut!(_data_end) as usize - addr_of_mut!(_data_start) as usize;
        for i in 0..length {
            write_volatile(
                addr_of_mut!(_data_start).add(i),
                read_volatile(addr_of_mut!(_data_load).add(i)),
            );
        }
        write_volatile(RCC_APB1ENR, 1);
        write_volatile(TIM2_ARR, u32::MAX);
        write_volatile(TIM2_EGR, 1);
        write_volatile(TIM2_CR1, 1);
    }
    static mut EXECUTOR: Option<Executor> = None;
    let executor = unsafe { (*addr_of_mut!(EXECUTOR)).insert(Executor::new()) };
    executor.run(|spawner| spawner.spawn(measure(spawner)).unwrap())
}
