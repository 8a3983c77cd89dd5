//! What the originals' benchmarks show, in virtual time: a driver with a 9 ms delay beside 200 coros of 2 ms
//! (docs/behaviour.md, section 10).

use crate::support::*;
use crate::times;

use Do::*;

fn driver(hog: &'static [Do]) -> Vec<u32> {
    let mut tasks = vec![("driver", Normal, &[Sleep(9)][..])];
    tasks.extend([("hog", Normal, hog); 200]);
    times(&Loop::new(0, &tasks).steps(900), "driver")
}

#[test]
fn beside_low_priority_hogs_a_driver_is_late_by_less_than_one_of_their_steps() {
    // All 200 run once as new, normal tasks.
    assert_eq!(driver(&[Busy(2), After(0)])[..5], [0, 400, 410, 420, 430]);
}

#[test]
fn beside_normal_hogs_a_driver_waits_for_all_of_them() {
    assert_eq!(driver(&[Busy(2), Sleep(0)])[..4], [0, 408, 816, 1224]);
}
