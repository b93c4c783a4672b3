import functools
import threading

from tools.local.launcher.delays import DelayedJobs


def test_no_more_jobs_run_at_once_than_there_are_slots() -> None:
    jobs, lock, release, finished = DelayedJobs(2), threading.Lock(), threading.Event(), threading.Semaphore(0)
    running: list[int] = []
    most: list[int] = []
    both = threading.Barrier(3)

    def job(number: int) -> None:
        with lock:
            running.append(number)
            most.append(len(running))
        if number < 2:
            both.wait(5)
            release.wait(5)
        with lock:
            running.remove(number)
        finished.release()

    for number in range(6):
        jobs.submit(functools.partial(job, number))
    both.wait(5)
    release.set()
    assert all(finished.acquire(timeout=5) for _ in range(6))
    assert max(most) == 2


def test_a_delayed_job_lets_later_ones_pass() -> None:
    jobs, order, done = DelayedJobs(1), [], threading.Event()

    def last() -> None:
        order.append("delayed")
        done.set()

    jobs.submit(last, delay=0.05)
    jobs.submit(lambda: order.append("prompt"))
    assert done.wait(5)
    assert order == ["prompt", "delayed"]
